/** `llamahome/error`: the errors of the client, and what to do about those that pass. */
export { APIError, type ErrorDetails } from './APIError.js';
export { CircuitBreaker, type CircuitBreakerOptions, isFailure } from './CircuitBreaker.js';
export {
  AuthenticationError,
  CancelledError,
  CircuitOpenError,
  ConflictError,
  ConnectionError,
  ContextLengthError,
  DeadlineExceededError,
  IntegrityError,
  InvalidRequestError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  RestartedError,
  ServerError,
  TimeoutError,
  UnavailableError,
} from './errors.js';
export { type ExecuteOptions, isRetryable, RetryHandler, type RetryOptions } from './RetryHandler.js';
