/** How the program ends; docs/cli.md tells it too. */
export const exitCodes = {
  /** What was asked for could not be done. */
  failed: 1,
  /** The command line is wrong. */
  wrongUsage: 2,
  /** As a shell tells of a program that Ctrl-C has ended. */
  interrupted: 130,
} as const;
