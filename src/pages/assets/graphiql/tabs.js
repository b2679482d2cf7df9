/*
 * GraphiQL keeps its tabs, but opens one more at every start, an empty one, unless it finds the query and variables of a tab
 * that it has. This gives it those of the tab that was open last, and leaves out empty tabs. Runs before GraphiQL.
 */
{
  /** @param {string} name */
  const key = (name) => `graphiql:${name}`;

  /**
   * @param {string} name
   * @param {string | null | undefined} text
   */
  const keep = (name, text) => {
    if (text) localStorage.setItem(key(name), text);
    else localStorage.removeItem(key(name));
  };

  const readTabs = () => {
    try {
      return JSON.parse(localStorage.getItem(key('tabState')) ?? '') ?? {};
    } catch {
      return {};
    }
  };

  const state = readTabs();
  /** @type {{ query?: string | null; variables?: string | null }[]} */
  const all = state.tabs ?? [];
  const open = all[state.activeTabIndex];
  const tabs = all.filter((tab) => tab.query?.trim());
  const wanted = new URL(location.href).searchParams.get('query');
  const found = tabs.find((tab) => tab.query === wanted) ?? (open && tabs.includes(open) ? open : tabs[0]);
  if (found === undefined) {
    for (const name of ['tabState', 'query', 'variables']) keep(name, undefined);
  } else {
    keep('tabState', JSON.stringify({ ...state, tabs, activeTabIndex: tabs.indexOf(found) }));
    keep('query', found.query);
    keep('variables', found.variables);
  }
}
