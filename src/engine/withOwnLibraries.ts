import { readdirSync } from 'node:fs';
import { delimiter } from 'node:path';

/** Where the system's loader looks before it looks beside the library that asks. */
const searchPaths = ['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'] as const;
const library = /^lib(llama|ggml)[-.\w]*\.(so|dylib)/;

function hasLlamaCpp(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => library.test(name));
  } catch {
    return false;
  }
}

/**
 * The environment for an engine without the folders that hold another llama.cpp, which would be taken for the one that
 * the engine was built with, and end it.
 */
export function withOwnLibraries(env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; others: string[] } {
  const own = { ...env };
  const others: string[] = [];
  for (const name of searchPaths) {
    const folders = env[name]?.split(delimiter) ?? [];
    const foreign = folders.filter(hasLlamaCpp);
    if (foreign.length === 0) continue;
    others.push(...foreign);
    own[name] = folders.filter((folder) => !foreign.includes(folder)).join(delimiter);
  }
  return { env: own, others };
}
