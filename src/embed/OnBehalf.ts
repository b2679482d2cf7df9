/** On whose behalf the program asks. */
export interface OnBehalf {
  /** Users share a model fairly, and each sees its own prompts over the API. Default `local`. */
  userId?: string | undefined;
}
