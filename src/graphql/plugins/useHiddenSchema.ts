import {
  GraphQLError,
  getNamedType,
  isLeafType,
  NoSchemaIntrospectionCustomRule,
  ScalarLeafsRule,
  type ValidationRule,
} from 'graphql';
import type { GuardPlugin } from './GuardPlugin.js';

/** As GraphQL's ScalarLeafsRule, which says how a selection would look whatever is to be hidden. */
const leafsWithoutHints: ValidationRule = (context) => ({
  Field(node) {
    const type = context.getType();
    const isLeaf = node.selectionSet === undefined;
    if (!type || isLeafType(getNamedType(type)) === isLeaf) return;
    const told = isLeaf ? 'needs a selection of its fields' : 'has no fields to select';
    context.reportError(new GraphQLError(`Field "${node.name.value}" ${told}.`, { nodes: node }));
  },
});

/** Refuses introspection, and hints at names of the schema in errors: `LLAMAHOME_INTROSPECTION=off`. */
export function useHiddenSchema(): GuardPlugin {
  return {
    onValidate({ addValidationRule, validateFn, setValidationFn }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((schema, document, rules: readonly ValidationRule[], options) =>
        validateFn(
          schema,
          document,
          rules.map((rule) => (rule === ScalarLeafsRule ? leafsWithoutHints : rule)),
          { ...options, hideSuggestions: true },
        ),
      );
    },
  };
}
