/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  fragment PromptFields on Prompt {\n    id\n    status\n    input\n    text\n    json\n    logprobs {\n      token\n      text\n      logprob\n      top {\n        token\n        text\n        logprob\n      }\n    }\n    modelId\n    warnings\n    usage {\n      promptTokens\n      completionTokens\n      totalTokens\n    }\n    timings {\n      queueMs\n      timeToFirstTokenMs\n      decodeMs\n      tokensPerSecond\n    }\n    finishReason\n    error {\n      code\n      message\n      details\n    }\n    attempt\n    queuePosition\n    createdAt\n    finishedAt\n  }\n": typeof types.PromptFieldsFragmentDoc,
    "\n  fragment EventFields on PromptEvent {\n    __typename\n    cursor\n    ... on PromptStarted {\n      attempt\n      prompt {\n        id\n      }\n    }\n    ... on PromptChunk {\n      text\n    }\n    ... on PromptCompleted {\n      prompt {\n        ...PromptFields\n      }\n    }\n    ... on PromptFailed {\n      error {\n        code\n        message\n        details\n      }\n    }\n  }\n": typeof types.EventFieldsFragmentDoc,
    "\n  fragment ModelFields on Model {\n    slug\n    name\n    version\n    parameters\n    contextLength\n    capabilities\n    performance {\n      tokensPerSecond\n      memoryRequired\n    }\n  }\n": typeof types.ModelFieldsFragmentDoc,
    "\n  fragment ConfigFields on Config {\n    modelSettings {\n      defaultModel\n      maxTokens\n      temperature\n    }\n    systemSettings {\n      cacheSize\n      maxRequestsPerMinute\n    }\n  }\n": typeof types.ConfigFieldsFragmentDoc,
    "\n  mutation RestProcess($input: PromptInput!) {\n    process(input: $input) {\n      prompt {\n        ...PromptFields\n      }\n    }\n  }\n": typeof types.RestProcessDocument,
    "\n  mutation RestBatch($input: BatchInput!) {\n    batch(input: $input) {\n      prompts {\n        ...PromptFields\n      }\n      usage {\n        promptTokens\n        completionTokens\n        totalTokens\n      }\n    }\n  }\n": typeof types.RestBatchDocument,
    "\n  mutation RestSubmit($input: PromptInput!) {\n    submit(input: $input) {\n      prompt {\n        id\n        status\n        warnings\n      }\n    }\n  }\n": typeof types.RestSubmitDocument,
    "\n  subscription RestStream($input: PromptInput!) {\n    stream(input: $input) {\n      ...EventFields\n    }\n  }\n": typeof types.RestStreamDocument,
    "\n  subscription RestFollow($id: ID!, $after: String) {\n    promptEvents(id: $id, after: $after) {\n      ...EventFields\n    }\n  }\n": typeof types.RestFollowDocument,
    "\n  query RestTokenize($input: TokenizeInput!) {\n    tokenize(input: $input) {\n      tokens\n      count\n    }\n  }\n": typeof types.RestTokenizeDocument,
    "\n  query RestPrompt($id: ID!) {\n    prompt(id: $id) {\n      ...PromptFields\n    }\n  }\n": typeof types.RestPromptDocument,
    "\n  mutation RestCancel($id: ID!) {\n    cancelPrompt(id: $id) {\n      prompt {\n        ...PromptFields\n      }\n    }\n  }\n": typeof types.RestCancelDocument,
    "\n  mutation RestDelete($id: ID!) {\n    deletePrompt(id: $id) {\n      id\n    }\n  }\n": typeof types.RestDeleteDocument,
    "\n  query RestModels {\n    models {\n      ...ModelFields\n    }\n  }\n": typeof types.RestModelsDocument,
    "\n  query RestModel($id: String!) {\n    model(id: $id) {\n      ...ModelFields\n    }\n  }\n": typeof types.RestModelDocument,
    "\n  query RestConfig {\n    config {\n      ...ConfigFields\n    }\n  }\n": typeof types.RestConfigDocument,
    "\n  mutation RestUpdateConfig($input: ConfigInput!) {\n    updateConfig(input: $input) {\n      config {\n        ...ConfigFields\n      }\n    }\n  }\n": typeof types.RestUpdateConfigDocument,
};
const documents: Documents = {
    "\n  fragment PromptFields on Prompt {\n    id\n    status\n    input\n    text\n    json\n    logprobs {\n      token\n      text\n      logprob\n      top {\n        token\n        text\n        logprob\n      }\n    }\n    modelId\n    warnings\n    usage {\n      promptTokens\n      completionTokens\n      totalTokens\n    }\n    timings {\n      queueMs\n      timeToFirstTokenMs\n      decodeMs\n      tokensPerSecond\n    }\n    finishReason\n    error {\n      code\n      message\n      details\n    }\n    attempt\n    queuePosition\n    createdAt\n    finishedAt\n  }\n": types.PromptFieldsFragmentDoc,
    "\n  fragment EventFields on PromptEvent {\n    __typename\n    cursor\n    ... on PromptStarted {\n      attempt\n      prompt {\n        id\n      }\n    }\n    ... on PromptChunk {\n      text\n    }\n    ... on PromptCompleted {\n      prompt {\n        ...PromptFields\n      }\n    }\n    ... on PromptFailed {\n      error {\n        code\n        message\n        details\n      }\n    }\n  }\n": types.EventFieldsFragmentDoc,
    "\n  fragment ModelFields on Model {\n    slug\n    name\n    version\n    parameters\n    contextLength\n    capabilities\n    performance {\n      tokensPerSecond\n      memoryRequired\n    }\n  }\n": types.ModelFieldsFragmentDoc,
    "\n  fragment ConfigFields on Config {\n    modelSettings {\n      defaultModel\n      maxTokens\n      temperature\n    }\n    systemSettings {\n      cacheSize\n      maxRequestsPerMinute\n    }\n  }\n": types.ConfigFieldsFragmentDoc,
    "\n  mutation RestProcess($input: PromptInput!) {\n    process(input: $input) {\n      prompt {\n        ...PromptFields\n      }\n    }\n  }\n": types.RestProcessDocument,
    "\n  mutation RestBatch($input: BatchInput!) {\n    batch(input: $input) {\n      prompts {\n        ...PromptFields\n      }\n      usage {\n        promptTokens\n        completionTokens\n        totalTokens\n      }\n    }\n  }\n": types.RestBatchDocument,
    "\n  mutation RestSubmit($input: PromptInput!) {\n    submit(input: $input) {\n      prompt {\n        id\n        status\n        warnings\n      }\n    }\n  }\n": types.RestSubmitDocument,
    "\n  subscription RestStream($input: PromptInput!) {\n    stream(input: $input) {\n      ...EventFields\n    }\n  }\n": types.RestStreamDocument,
    "\n  subscription RestFollow($id: ID!, $after: String) {\n    promptEvents(id: $id, after: $after) {\n      ...EventFields\n    }\n  }\n": types.RestFollowDocument,
    "\n  query RestTokenize($input: TokenizeInput!) {\n    tokenize(input: $input) {\n      tokens\n      count\n    }\n  }\n": types.RestTokenizeDocument,
    "\n  query RestPrompt($id: ID!) {\n    prompt(id: $id) {\n      ...PromptFields\n    }\n  }\n": types.RestPromptDocument,
    "\n  mutation RestCancel($id: ID!) {\n    cancelPrompt(id: $id) {\n      prompt {\n        ...PromptFields\n      }\n    }\n  }\n": types.RestCancelDocument,
    "\n  mutation RestDelete($id: ID!) {\n    deletePrompt(id: $id) {\n      id\n    }\n  }\n": types.RestDeleteDocument,
    "\n  query RestModels {\n    models {\n      ...ModelFields\n    }\n  }\n": types.RestModelsDocument,
    "\n  query RestModel($id: String!) {\n    model(id: $id) {\n      ...ModelFields\n    }\n  }\n": types.RestModelDocument,
    "\n  query RestConfig {\n    config {\n      ...ConfigFields\n    }\n  }\n": types.RestConfigDocument,
    "\n  mutation RestUpdateConfig($input: ConfigInput!) {\n    updateConfig(input: $input) {\n      config {\n        ...ConfigFields\n      }\n    }\n  }\n": types.RestUpdateConfigDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PromptFields on Prompt {\n    id\n    status\n    input\n    text\n    json\n    logprobs {\n      token\n      text\n      logprob\n      top {\n        token\n        text\n        logprob\n      }\n    }\n    modelId\n    warnings\n    usage {\n      promptTokens\n      completionTokens\n      totalTokens\n    }\n    timings {\n      queueMs\n      timeToFirstTokenMs\n      decodeMs\n      tokensPerSecond\n    }\n    finishReason\n    error {\n      code\n      message\n      details\n    }\n    attempt\n    queuePosition\n    createdAt\n    finishedAt\n  }\n"): typeof import('./graphql.js').PromptFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EventFields on PromptEvent {\n    __typename\n    cursor\n    ... on PromptStarted {\n      attempt\n      prompt {\n        id\n      }\n    }\n    ... on PromptChunk {\n      text\n    }\n    ... on PromptCompleted {\n      prompt {\n        ...PromptFields\n      }\n    }\n    ... on PromptFailed {\n      error {\n        code\n        message\n        details\n      }\n    }\n  }\n"): typeof import('./graphql.js').EventFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ModelFields on Model {\n    slug\n    name\n    version\n    parameters\n    contextLength\n    capabilities\n    performance {\n      tokensPerSecond\n      memoryRequired\n    }\n  }\n"): typeof import('./graphql.js').ModelFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ConfigFields on Config {\n    modelSettings {\n      defaultModel\n      maxTokens\n      temperature\n    }\n    systemSettings {\n      cacheSize\n      maxRequestsPerMinute\n    }\n  }\n"): typeof import('./graphql.js').ConfigFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestProcess($input: PromptInput!) {\n    process(input: $input) {\n      prompt {\n        ...PromptFields\n      }\n    }\n  }\n"): typeof import('./graphql.js').RestProcessDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestBatch($input: BatchInput!) {\n    batch(input: $input) {\n      prompts {\n        ...PromptFields\n      }\n      usage {\n        promptTokens\n        completionTokens\n        totalTokens\n      }\n    }\n  }\n"): typeof import('./graphql.js').RestBatchDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestSubmit($input: PromptInput!) {\n    submit(input: $input) {\n      prompt {\n        id\n        status\n        warnings\n      }\n    }\n  }\n"): typeof import('./graphql.js').RestSubmitDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RestStream($input: PromptInput!) {\n    stream(input: $input) {\n      ...EventFields\n    }\n  }\n"): typeof import('./graphql.js').RestStreamDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RestFollow($id: ID!, $after: String) {\n    promptEvents(id: $id, after: $after) {\n      ...EventFields\n    }\n  }\n"): typeof import('./graphql.js').RestFollowDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RestTokenize($input: TokenizeInput!) {\n    tokenize(input: $input) {\n      tokens\n      count\n    }\n  }\n"): typeof import('./graphql.js').RestTokenizeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RestPrompt($id: ID!) {\n    prompt(id: $id) {\n      ...PromptFields\n    }\n  }\n"): typeof import('./graphql.js').RestPromptDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestCancel($id: ID!) {\n    cancelPrompt(id: $id) {\n      prompt {\n        ...PromptFields\n      }\n    }\n  }\n"): typeof import('./graphql.js').RestCancelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestDelete($id: ID!) {\n    deletePrompt(id: $id) {\n      id\n    }\n  }\n"): typeof import('./graphql.js').RestDeleteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RestModels {\n    models {\n      ...ModelFields\n    }\n  }\n"): typeof import('./graphql.js').RestModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RestModel($id: String!) {\n    model(id: $id) {\n      ...ModelFields\n    }\n  }\n"): typeof import('./graphql.js').RestModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RestConfig {\n    config {\n      ...ConfigFields\n    }\n  }\n"): typeof import('./graphql.js').RestConfigDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestUpdateConfig($input: ConfigInput!) {\n    updateConfig(input: $input) {\n      config {\n        ...ConfigFields\n      }\n    }\n  }\n"): typeof import('./graphql.js').RestUpdateConfigDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
