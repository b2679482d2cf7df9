import type { Counter, Registry } from 'prom-client';
import { refusalCodes } from '../refusals.js';
import { counter, gauge, histogram } from './define.js';

/** What is measured of HTTP requests. */
export function httpInstruments(registry: Registry) {
  return {
    requests: counter(registry, {
      name: 'http_requests_total',
      help: 'HTTP requests that were answered, by route, method and status.',
      labels: ['route', 'method', 'status'],
    }),
    duration: histogram(registry, {
      name: 'http_request_duration_seconds',
      help: 'From the head of an HTTP request to the end of its answer, streams included.',
      labels: ['route', 'method'],
    }),
  };
}

/** What is measured of GraphQL operations, over every transport. */
export function graphqlInstruments(registry: Registry, sockets: () => number) {
  gauge(registry, {
    name: 'sockets',
    help: 'WebSocket connections that are open.',
    collect: (metric) => metric.set(sockets()),
  });
  return {
    operations: counter(registry, {
      name: 'graphql_operations_total',
      help: 'GraphQL operations, by type, name, transport and error code; code is ok without an error.',
      labels: ['type', 'operation', 'transport', 'code'],
    }),
    duration: histogram(registry, {
      name: 'graphql_operation_duration_seconds',
      help: 'From arrival of a GraphQL operation to its end, by its first root field; a subscription ends with its last event.',
      labels: ['type', 'field'],
    }),
  };
}

/** Counts refusals; every code is there from the start, because a counter that begins with 1 shows no increase. */
export function rejectionCounter(registry: Registry): Counter<'code'> {
  const rejections = counter(registry, {
    name: 'rejections_total',
    help: 'Requests and prompts that were refused, by error code.',
    labels: ['code'],
  });
  for (const code of refusalCodes) rejections.inc({ code }, 0);
  return rejections;
}

/** What is measured of named pieces of work. */
export function operationInstruments(registry: Registry) {
  return {
    duration: histogram(registry, {
      name: 'operation_duration_seconds',
      help: 'Duration of a named operation, by outcome: ok or error.',
      labels: ['operation', 'outcome'],
    }),
  };
}
