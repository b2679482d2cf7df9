/** Short names for ids that travel with every token. */
export class ShortIds {
  private readonly ids = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private given = 0;

  give(id: string): string {
    const name = (this.given++).toString(36);
    this.ids.set(name, id);
    this.names.set(id, name);
    return name;
  }

  /** The name of an id; undefined when it has none any more. */
  of(id: string): string | undefined {
    return this.names.get(id);
  }

  /** @throws Error for a name that was never given or was dropped */
  idOf(name: string): string {
    const id = this.ids.get(name);
    if (id === undefined) throw new Error(`no request has the name ${name}`);
    return id;
  }

  drop(name: string): void {
    const id = this.ids.get(name);
    this.ids.delete(name);
    if (id !== undefined && this.names.get(id) === name) this.names.delete(id);
  }
}
