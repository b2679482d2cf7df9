/** What names beyond the bound are counted under. */
const overflow = 'other';

/**
 * Keeps the values of a label few, though clients choose the names: the first ones are kept as they are, all further
 * ones become `other`.
 */
export class BoundedNames {
  private readonly names: Set<string>;

  /**
   * @param most names that are kept beside the known ones
   * @param known names that always count as themselves
   */
  constructor(
    private readonly most: number,
    known: Iterable<string> = [],
  ) {
    this.names = new Set(known);
    this.most += this.names.size;
  }

  /** The name itself, or `other`. */
  label(name: string): string {
    if (this.names.has(name)) return name;
    if (this.names.size >= this.most || name.length > 100) return overflow;
    this.names.add(name);
    return name;
  }
}
