import { SchemaError } from '../SchemaError.js';

export function grammarError(message: string, line: number): SchemaError {
  return new SchemaError({ path: '', keyword: 'grammar', message: `Line ${line}: ${message}` });
}
