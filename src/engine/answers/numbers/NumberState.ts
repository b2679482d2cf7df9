/** A JSON number in the making. */
export interface NumberState {
  next(byte: number): NumberState | undefined;
  /** What is read is a number that is accepted. */
  readonly isComplete: boolean;
  /** Equal for states that go on alike. */
  readonly id: string;
}
