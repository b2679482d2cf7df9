import type { LlamaClient } from '../client/index.js';
import { formatByteSize } from '../config/byteSize.js';
import type { Environment } from '../config/environment.js';
import { ChatTemplates } from '../models/ChatTemplates.js';
import type { CatalogueEntry } from '../models/Model.js';
import { ModelLibrary } from '../models/ModelLibrary.js';
import { servedContext } from '../models/memory.js';

/** A model as the commands tell it, in the words of REST. */
export interface ListedModel {
  id: string;
  name: string;
  version: string;
  parameters: string;
  capabilities: string[];
  licence: string | null;
  aliases: string[];
  /** Tokens per sequence that it is served with. */
  context_length: number;
  size_bytes: number;
  installed: boolean;
}

export interface ShownModel extends ListedModel {
  /** Null when it has none, or is not installed. */
  chat_template: string | null;
}

/** Models of a home folder, with or without a server. */
export class HomeModels {
  private constructor(
    private readonly library: ModelLibrary,
    private readonly environment: Environment,
  ) {}

  static async open(environment: Environment): Promise<HomeModels> {
    return new HomeModels(await ModelLibrary.open(environment.home), environment);
  }

  list(): ListedModel[] {
    return this.library.entries.map((entry) => this.listed(entry));
  }

  /** @throws LlamaHomeError `model_not_found` with near ids */
  async show(name: string): Promise<ShownModel> {
    const { library } = this;
    const { id } = library.get(name);
    const template = library.isInstalled(id)
      ? await new ChatTemplates().read(library.weightsPath(id), library.signature(id))
      : null;
    return { ...this.listed(library.get(id)), chat_template: template };
  }

  private listed({ sources: _, contextLength, sizeBytes, ...entry }: CatalogueEntry): ListedModel {
    const file = this.library.file(entry.id);
    return {
      ...entry,
      context_length: servedContext({ trainContextLength: contextLength, contextLength: this.environment.context }),
      size_bytes: file?.size ?? sizeBytes,
      installed: file !== undefined,
    };
  }
}

interface ModelOfServer {
  slug: string;
  name: string;
  version: string;
  parameters: string;
  capabilities: string[];
  licence: string | null;
  aliases: string[];
  contextLength: number;
  sizeBytes: number;
  state: string;
}

const fields = 'slug name version parameters capabilities licence aliases contextLength sizeBytes state';

function fromServer({ slug, contextLength, sizeBytes, capabilities, state, ...rest }: ModelOfServer): ListedModel {
  return {
    id: slug,
    ...rest,
    capabilities: capabilities.map((name) => name.toLowerCase().replaceAll('_', '-')),
    context_length: contextLength,
    size_bytes: sizeBytes,
    installed: ['INSTALLED', 'LOADING', 'READY'].includes(state),
  };
}

/** The models that a server knows. */
export async function listOnServer(client: LlamaClient): Promise<ListedModel[]> {
  const { models } = await client.graphql<{ models: ModelOfServer[] }>(`{ models { ${fields} } }`);
  return models.map(fromServer);
}

/** A model of a server. @throws APIError `model_not_found` with near ids */
export async function showOnServer(client: LlamaClient, id: string): Promise<ShownModel> {
  const query = `query ($id: String!) { model(id: $id) { ${fields} chatTemplate } }`;
  const { model } = await client.graphql<{ model: ModelOfServer & { chatTemplate: string | null } }>(query, { id });
  const { chatTemplate, ...rest } = model;
  return { ...fromServer(rest), chat_template: chatTemplate };
}

/** A row of a table of models. */
export function rowOf(model: ListedModel): string[] {
  return [
    model.id,
    model.installed ? 'installed' : 'available',
    model.parameters,
    formatByteSize(model.size_bytes),
    String(model.context_length),
    model.licence ?? 'unknown',
    model.aliases.join(', '),
  ];
}
