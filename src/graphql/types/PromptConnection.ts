import { invalidRequest } from '../../errors/index.js';
import type { PromptPage } from '../../prompts/listPrompts.js';
import type { Prompt } from '../../prompts/Prompt.js';
import { builder } from '../builder.js';
import { PromptStatusType, PromptType } from './Prompt.js';

const largestPage = 100;
const cursorPattern = /^prm_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const PageInfoType = builder.objectRef<{ page: PromptPage; after: string | null }>('PageInfo').implement({
  description: 'Where a page of a connection begins and ends.',
  fields: (t) => ({
    hasNextPage: t.boolean({ description: 'Whether more follow.', resolve: ({ page }) => page.hasNextPage }),
    hasPreviousPage: t.boolean({
      description: 'Whether it began after a cursor.',
      resolve: ({ after }) => after !== null,
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Cursor of the first edge.',
      resolve: ({ page }) => page.prompts.at(0)?.id ?? null,
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of the last edge: `after` for the next page.',
      resolve: ({ page }) => page.prompts.at(-1)?.id ?? null,
    }),
  }),
});

const PromptEdgeType = builder.objectRef<Prompt>('PromptEdge').implement({
  description: 'A Prompt in a connection.',
  fields: (t) => ({
    node: t.field({ type: PromptType, description: 'The Prompt.', resolve: (prompt) => prompt }),
    // Ids are ordered by time and never change, which is all that a stable cursor needs.
    cursor: t.string({ description: 'Hand it back as `after`.', resolve: (prompt) => prompt.id }),
  }),
});

const PromptConnectionType = builder
  .objectRef<{ page: PromptPage; after: string | null }>('PromptConnection')
  .implement({
    description: 'A page of Prompts, newest first.',
    fields: (t) => ({
      edges: t.field({ type: [PromptEdgeType], description: 'The page.', resolve: ({ page }) => page.prompts }),
      nodes: t.field({
        type: [PromptType],
        description: 'The page, without cursors.',
        resolve: ({ page }) => page.prompts,
      }),
      pageInfo: t.field({ type: PageInfoType, description: 'Where it begins and ends.', resolve: (value) => value }),
    }),
  });

builder.queryField('prompts', (t) =>
  t.field({
    type: PromptConnectionType,
    description: "The caller's Prompts (everybody's with scope `prompts:all`), newest first.",
    args: {
      first: t.arg.int({ defaultValue: 20, description: 'How many, 1 to 100.' }),
      after: t.arg.string({ description: 'A cursor: begin after it.' }),
      status: t.arg({ type: PromptStatusType, description: 'Only those with this status.' }),
    },
    resolve: async (_root, { first, after, status }, { services, principal }) => {
      const size = first ?? 20;
      if (size < 1 || size > largestPage) {
        throw invalidRequest('first', `first must be 1 to ${largestPage}.`, { minimum: 1, maximum: largestPage });
      }
      if (after != null && !cursorPattern.test(after)) {
        const message = 'The cursor is not valid: give the cursor of an edge, or leave it out.';
        throw invalidRequest('after', message);
      }
      const page = await services.prompts.list(principal, {
        first: size,
        after: after ?? null,
        status: status ?? null,
      });
      return { page, after: after ?? null };
    },
  }),
);
