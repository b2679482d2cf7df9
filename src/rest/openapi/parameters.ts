/** Parameters that are not part of a path, by the names that operations use. */
export const parameters = {
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'The same key and request within 24 hours are one prompt, which is run once; with another request the key is refused. A failure that may be tried again frees it.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  after: {
    name: 'after',
    in: 'query',
    description: 'A `cursor`: only what came behind it is sent. Default: from the beginning.',
    schema: { type: 'string' },
  },
  lastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'As `after`, and counts more: browsers send it by themselves when they connect again.',
    schema: { type: 'string' },
  },
} as const;
