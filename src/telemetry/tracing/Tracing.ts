import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Prompt } from '../../prompts/Prompt.js';
import { promptAttributes } from './attributes.js';
import { readTraceparent } from './traceparent.js';
import { unixMs } from './wallClock.js';

/** When a prompt came to each stage, in milliseconds of `performance.now()`; undefined for stages it did not reach. */
export interface PromptStages {
  arrived: number;
  admitted: number | undefined;
  prefilling: number | undefined;
  decoding: number | undefined;
  ended: number;
  /** The process that ran it. */
  enginePid: number | undefined;
  /** Asked for as a stream. */
  streamed: boolean;
}

/** The trace of one request: its own span, and those under it. */
export class RequestTrace {
  private readonly here: Context;

  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
  ) {
    this.here = trace.setSpan(ROOT_CONTEXT, span);
  }

  /** In lower-case hexadecimal digits, as in `traceparent`. */
  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  /** What spans that outlive this request refer to. */
  get spanContext(): SpanContext {
    return this.span.spanContext();
  }

  /** Begins a span under that of the request; call what it returns at its end, with a code when it failed. */
  phase(name: string, attributes: Attributes = {}): (errorCode?: string) => void {
    const options = { kind: SpanKind.INTERNAL, startTime: unixMs(performance.now()), attributes };
    const span = this.tracer.startSpan(name, options, this.here);
    return (errorCode) => {
      fail(span, errorCode);
      span.end(unixMs(performance.now()));
    };
  }

  /** Ends it, with its final name and what is known by then; `at` of `performance.now()`. */
  end(name: string, attributes: Attributes, { at, errorCode }: { at: number; errorCode: string | undefined }): void {
    this.span.updateName(name);
    this.span.setAttributes(attributes);
    fail(this.span, errorCode);
    this.span.end(unixMs(at));
  }
}

/** Makes spans; exists only while tracing is on. */
export class Tracing {
  constructor(
    private readonly tracer: Tracer,
    private readonly options: { traceContent: boolean; shutdown: () => Promise<void> },
  ) {}

  /** Begins the trace of a request, as part of the caller's when it sent a `traceparent`. */
  startRequest(name: string, traceparent: string | null | undefined, attributes: Attributes): RequestTrace {
    const parent = readTraceparent(traceparent);
    const root = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const options = { kind: SpanKind.SERVER, startTime: unixMs(performance.now()), attributes };
    return new RequestTrace(this.tracer, this.tracer.startSpan(name, options, root));
  }

  /** The spans of a prompt that has ended: its whole life, and each stage under it. */
  promptEnded(prompt: Prompt, stages: PromptStages, parent: SpanContext | undefined): void {
    const { arrived, admitted, prefilling, decoding, ended, enginePid, streamed } = stages;
    const around = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const span = this.tracer.startSpan(
      `chat ${prompt.modelId}`,
      {
        kind: SpanKind.INTERNAL,
        startTime: unixMs(arrived),
        attributes: promptAttributes(prompt, { streamed, content: this.options.traceContent }),
      },
      around,
    );
    const here = trace.setSpan(around, span);
    const engine: Attributes = enginePid === undefined ? {} : { 'process.pid': enginePid };
    this.stage('admission', here, arrived, admitted ?? ended);
    if (admitted !== undefined) this.stage('queue', here, admitted, prefilling ?? ended);
    if (prefilling !== undefined) {
      this.stage('prefill', here, prefilling, decoding ?? ended, {
        ...engine,
        'gen_ai.usage.input_tokens': prompt.usage?.promptTokens ?? 0,
      });
    }
    if (decoding !== undefined) {
      this.stage('decode', here, decoding, ended, {
        ...engine,
        'gen_ai.usage.output_tokens': prompt.usage?.completionTokens ?? 0,
      });
    }
    fail(span, prompt.error?.code);
    span.end(unixMs(ended));
  }

  /** Sends what is left, for at most a few seconds. */
  close(): Promise<void> {
    return this.options.shutdown();
  }

  private stage(name: string, parent: Context, from: number, to: number, attributes: Attributes = {}): void {
    this.tracer
      .startSpan(name, { kind: SpanKind.INTERNAL, startTime: unixMs(from), attributes }, parent)
      .end(unixMs(Math.max(from, to)));
  }
}

function fail(span: Span, errorCode: string | undefined): void {
  if (errorCode === undefined) return;
  span.setAttribute('error.type', errorCode);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
