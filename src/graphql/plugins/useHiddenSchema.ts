import { NoSchemaIntrospectionCustomRule } from 'graphql';
import type { GuardPlugin } from './GuardPlugin.js';

/** Refuses introspection, and hints at names of the schema in errors: `LLAMAHOME_INTROSPECTION=off`. */
export function useHiddenSchema(): GuardPlugin {
  return {
    onValidate({ addValidationRule, validateFn, setValidationFn }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((schema, document, rules) => validateFn(schema, document, rules, { hideSuggestions: true }));
    },
  };
}
