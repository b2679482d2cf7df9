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
    "\n  fragment EveryPromptField on Prompt {\n    id\n    status\n    input\n    messages {\n      role\n      content\n    }\n    text\n    modelId\n    warnings\n    model {\n      id\n      slug\n      state\n    }\n    usage {\n      promptTokens\n      cachedTokens\n      completionTokens\n      totalTokens\n    }\n    timings {\n      queueMs\n      timeToFirstTokenMs\n      decodeMs\n      tokensPerSecond\n    }\n    finishReason\n    error {\n      code\n      message\n      details\n    }\n    attempt\n    priority\n    queuePosition\n    createdAt\n    finishedAt\n  }\n": typeof types.EveryPromptFieldFragmentDoc,
    "\n  fragment EveryEventField on PromptEvent {\n    __typename\n    cursor\n    prompt {\n      id\n      status\n      finishReason\n      text\n    }\n    ... on PromptStarted {\n      attempt\n    }\n    ... on PromptChunk {\n      index\n      text\n    }\n    ... on PromptFailed {\n      error {\n        code\n        message\n        details\n      }\n    }\n  }\n": typeof types.EveryEventFieldFragmentDoc,
    "\n  fragment EveryModelField on Model {\n    id\n    slug\n    name\n    version\n    parameters\n    contextLength\n    capabilities\n    licence\n    state\n    failure\n    performance {\n      tokensPerSecond\n      memoryRequired\n    }\n    sizeBytes\n    aliases\n    isDefault\n    chatTemplate\n  }\n": typeof types.EveryModelFieldFragmentDoc,
    "\n  fragment EveryServerField on Server {\n    version\n    uptimeMs\n    defaultModel {\n      slug\n      state\n    }\n    slots {\n      total\n      busy\n    }\n    queue {\n      waiting\n      limit\n    }\n    models {\n      slug\n      idleSince\n    }\n    tokensPerSecond\n    resources {\n      cpuPercent\n      memoryBytes\n      gpuMemoryBytes\n      eventLoopDelayMs\n    }\n  }\n": typeof types.EveryServerFieldFragmentDoc,
    "\n  mutation Process($input: PromptInput!) {\n    process(input: $input) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n": typeof types.ProcessDocument,
    "\n  mutation Batch($input: BatchInput!) {\n    batch(input: $input) {\n      prompts {\n        ...EveryPromptField\n      }\n      usage {\n        promptTokens\n        cachedTokens\n        completionTokens\n        totalTokens\n      }\n    }\n  }\n": typeof types.BatchDocument,
    "\n  mutation Submit($input: PromptInput!) {\n    submit(input: $input) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n": typeof types.SubmitDocument,
    "\n  mutation Cancel($id: ID!) {\n    cancelPrompt(id: $id) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n": typeof types.CancelDocument,
    "\n  mutation Delete($id: ID!) {\n    deletePrompt(id: $id) {\n      id\n    }\n  }\n": typeof types.DeleteDocument,
    "\n  query OnePrompt($id: ID!) {\n    prompt(id: $id) {\n      ...EveryPromptField\n    }\n  }\n": typeof types.OnePromptDocument,
    "\n  query ManyPrompts($first: Int, $after: String, $status: PromptStatus) {\n    prompts(first: $first, after: $after, status: $status) {\n      edges {\n        cursor\n        node {\n          id\n          status\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n": typeof types.ManyPromptsDocument,
    "\n  query AnyNode($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n    }\n  }\n": typeof types.AnyNodeDocument,
    "\n  query EstimatePrompt($input: PromptInput!) {\n    estimate(input: $input) {\n      promptTokens\n      cachedTokens\n      contextLength\n      fits\n      expectedQueueMs\n      expectedFirstTokenMs\n      warnings\n    }\n  }\n": typeof types.EstimatePromptDocument,
    "\n  query AllModels($state: ModelState) {\n    models(state: $state) {\n      ...EveryModelField\n    }\n  }\n": typeof types.AllModelsDocument,
    "\n  query OneModel($id: String!) {\n    model(id: $id) {\n      ...EveryModelField\n    }\n  }\n": typeof types.OneModelDocument,
    "\n  mutation LoadModel($id: String!) {\n    loadModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n": typeof types.LoadModelDocument,
    "\n  mutation UnloadModel($id: String!) {\n    unloadModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n": typeof types.UnloadModelDocument,
    "\n  mutation InstallModel($id: String!) {\n    installModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n": typeof types.InstallModelDocument,
    "\n  mutation RemoveModel($id: String!) {\n    removeModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n": typeof types.RemoveModelDocument,
    "\n  query ReadConfig {\n    config {\n      modelSettings {\n        defaultModel\n        maxTokens\n        temperature\n      }\n      systemSettings {\n        cacheSize\n        maxRequestsPerMinute\n      }\n    }\n  }\n": typeof types.ReadConfigDocument,
    "\n  mutation UpdateConfig($input: ConfigInput!) {\n    updateConfig(input: $input) {\n      config {\n        modelSettings {\n          defaultModel\n          maxTokens\n          temperature\n        }\n        systemSettings {\n          cacheSize\n          maxRequestsPerMinute\n        }\n      }\n    }\n  }\n": typeof types.UpdateConfigDocument,
    "\n  query ReadServer {\n    server {\n      ...EveryServerField\n    }\n  }\n": typeof types.ReadServerDocument,
    "\n  query ReadViewer {\n    viewer {\n      id\n      tier\n      scopes\n      rateLimit {\n        limit\n        burst\n        remaining\n        resetAt\n      }\n    }\n  }\n": typeof types.ReadViewerDocument,
    "\n  mutation CreateToken($input: TokenInput!) {\n    createToken(input: $input) {\n      token\n      expiresAt\n    }\n  }\n": typeof types.CreateTokenDocument,
    "\n  mutation CreateApiKey($input: ApiKeyInput!) {\n    createApiKey(input: $input) {\n      apiKey {\n        id\n        name\n        prefix\n        userId\n        tier\n        scopes\n        createdAt\n        lastUsedAt\n        revokedAt\n      }\n      key\n    }\n  }\n": typeof types.CreateApiKeyDocument,
    "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) {\n      apiKey {\n        id\n        revokedAt\n      }\n      key\n    }\n  }\n": typeof types.RevokeApiKeyDocument,
    "\n  subscription Stream($input: PromptInput!) {\n    stream(input: $input) {\n      ...EveryEventField\n    }\n  }\n": typeof types.StreamDocument,
    "\n  subscription PromptEvents($id: ID!, $after: String) {\n    promptEvents(id: $id, after: $after) {\n      ...EveryEventField\n    }\n  }\n": typeof types.PromptEventsDocument,
    "\n  subscription ModelEvents($id: String) {\n    modelEvents(id: $id) {\n      model {\n        slug\n      }\n      state\n      downloadedBytes\n      totalBytes\n      progress\n    }\n  }\n": typeof types.ModelEventsDocument,
    "\n  subscription ServerStatus($everyMs: Int) {\n    serverStatus(everyMs: $everyMs) {\n      ...EveryServerField\n    }\n  }\n": typeof types.ServerStatusDocument,
    "\n  subscription ConfigChanged {\n    configChanged {\n      modelSettings {\n        maxTokens\n      }\n    }\n  }\n": typeof types.ConfigChangedDocument,
};
const documents: Documents = {
    "\n  fragment EveryPromptField on Prompt {\n    id\n    status\n    input\n    messages {\n      role\n      content\n    }\n    text\n    modelId\n    warnings\n    model {\n      id\n      slug\n      state\n    }\n    usage {\n      promptTokens\n      cachedTokens\n      completionTokens\n      totalTokens\n    }\n    timings {\n      queueMs\n      timeToFirstTokenMs\n      decodeMs\n      tokensPerSecond\n    }\n    finishReason\n    error {\n      code\n      message\n      details\n    }\n    attempt\n    priority\n    queuePosition\n    createdAt\n    finishedAt\n  }\n": types.EveryPromptFieldFragmentDoc,
    "\n  fragment EveryEventField on PromptEvent {\n    __typename\n    cursor\n    prompt {\n      id\n      status\n      finishReason\n      text\n    }\n    ... on PromptStarted {\n      attempt\n    }\n    ... on PromptChunk {\n      index\n      text\n    }\n    ... on PromptFailed {\n      error {\n        code\n        message\n        details\n      }\n    }\n  }\n": types.EveryEventFieldFragmentDoc,
    "\n  fragment EveryModelField on Model {\n    id\n    slug\n    name\n    version\n    parameters\n    contextLength\n    capabilities\n    licence\n    state\n    failure\n    performance {\n      tokensPerSecond\n      memoryRequired\n    }\n    sizeBytes\n    aliases\n    isDefault\n    chatTemplate\n  }\n": types.EveryModelFieldFragmentDoc,
    "\n  fragment EveryServerField on Server {\n    version\n    uptimeMs\n    defaultModel {\n      slug\n      state\n    }\n    slots {\n      total\n      busy\n    }\n    queue {\n      waiting\n      limit\n    }\n    models {\n      slug\n      idleSince\n    }\n    tokensPerSecond\n    resources {\n      cpuPercent\n      memoryBytes\n      gpuMemoryBytes\n      eventLoopDelayMs\n    }\n  }\n": types.EveryServerFieldFragmentDoc,
    "\n  mutation Process($input: PromptInput!) {\n    process(input: $input) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n": types.ProcessDocument,
    "\n  mutation Batch($input: BatchInput!) {\n    batch(input: $input) {\n      prompts {\n        ...EveryPromptField\n      }\n      usage {\n        promptTokens\n        cachedTokens\n        completionTokens\n        totalTokens\n      }\n    }\n  }\n": types.BatchDocument,
    "\n  mutation Submit($input: PromptInput!) {\n    submit(input: $input) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n": types.SubmitDocument,
    "\n  mutation Cancel($id: ID!) {\n    cancelPrompt(id: $id) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n": types.CancelDocument,
    "\n  mutation Delete($id: ID!) {\n    deletePrompt(id: $id) {\n      id\n    }\n  }\n": types.DeleteDocument,
    "\n  query OnePrompt($id: ID!) {\n    prompt(id: $id) {\n      ...EveryPromptField\n    }\n  }\n": types.OnePromptDocument,
    "\n  query ManyPrompts($first: Int, $after: String, $status: PromptStatus) {\n    prompts(first: $first, after: $after, status: $status) {\n      edges {\n        cursor\n        node {\n          id\n          status\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n": types.ManyPromptsDocument,
    "\n  query AnyNode($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n    }\n  }\n": types.AnyNodeDocument,
    "\n  query EstimatePrompt($input: PromptInput!) {\n    estimate(input: $input) {\n      promptTokens\n      cachedTokens\n      contextLength\n      fits\n      expectedQueueMs\n      expectedFirstTokenMs\n      warnings\n    }\n  }\n": types.EstimatePromptDocument,
    "\n  query AllModels($state: ModelState) {\n    models(state: $state) {\n      ...EveryModelField\n    }\n  }\n": types.AllModelsDocument,
    "\n  query OneModel($id: String!) {\n    model(id: $id) {\n      ...EveryModelField\n    }\n  }\n": types.OneModelDocument,
    "\n  mutation LoadModel($id: String!) {\n    loadModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n": types.LoadModelDocument,
    "\n  mutation UnloadModel($id: String!) {\n    unloadModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n": types.UnloadModelDocument,
    "\n  mutation InstallModel($id: String!) {\n    installModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n": types.InstallModelDocument,
    "\n  mutation RemoveModel($id: String!) {\n    removeModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n": types.RemoveModelDocument,
    "\n  query ReadConfig {\n    config {\n      modelSettings {\n        defaultModel\n        maxTokens\n        temperature\n      }\n      systemSettings {\n        cacheSize\n        maxRequestsPerMinute\n      }\n    }\n  }\n": types.ReadConfigDocument,
    "\n  mutation UpdateConfig($input: ConfigInput!) {\n    updateConfig(input: $input) {\n      config {\n        modelSettings {\n          defaultModel\n          maxTokens\n          temperature\n        }\n        systemSettings {\n          cacheSize\n          maxRequestsPerMinute\n        }\n      }\n    }\n  }\n": types.UpdateConfigDocument,
    "\n  query ReadServer {\n    server {\n      ...EveryServerField\n    }\n  }\n": types.ReadServerDocument,
    "\n  query ReadViewer {\n    viewer {\n      id\n      tier\n      scopes\n      rateLimit {\n        limit\n        burst\n        remaining\n        resetAt\n      }\n    }\n  }\n": types.ReadViewerDocument,
    "\n  mutation CreateToken($input: TokenInput!) {\n    createToken(input: $input) {\n      token\n      expiresAt\n    }\n  }\n": types.CreateTokenDocument,
    "\n  mutation CreateApiKey($input: ApiKeyInput!) {\n    createApiKey(input: $input) {\n      apiKey {\n        id\n        name\n        prefix\n        userId\n        tier\n        scopes\n        createdAt\n        lastUsedAt\n        revokedAt\n      }\n      key\n    }\n  }\n": types.CreateApiKeyDocument,
    "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) {\n      apiKey {\n        id\n        revokedAt\n      }\n      key\n    }\n  }\n": types.RevokeApiKeyDocument,
    "\n  subscription Stream($input: PromptInput!) {\n    stream(input: $input) {\n      ...EveryEventField\n    }\n  }\n": types.StreamDocument,
    "\n  subscription PromptEvents($id: ID!, $after: String) {\n    promptEvents(id: $id, after: $after) {\n      ...EveryEventField\n    }\n  }\n": types.PromptEventsDocument,
    "\n  subscription ModelEvents($id: String) {\n    modelEvents(id: $id) {\n      model {\n        slug\n      }\n      state\n      downloadedBytes\n      totalBytes\n      progress\n    }\n  }\n": types.ModelEventsDocument,
    "\n  subscription ServerStatus($everyMs: Int) {\n    serverStatus(everyMs: $everyMs) {\n      ...EveryServerField\n    }\n  }\n": types.ServerStatusDocument,
    "\n  subscription ConfigChanged {\n    configChanged {\n      modelSettings {\n        maxTokens\n      }\n    }\n  }\n": types.ConfigChangedDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EveryPromptField on Prompt {\n    id\n    status\n    input\n    messages {\n      role\n      content\n    }\n    text\n    modelId\n    warnings\n    model {\n      id\n      slug\n      state\n    }\n    usage {\n      promptTokens\n      cachedTokens\n      completionTokens\n      totalTokens\n    }\n    timings {\n      queueMs\n      timeToFirstTokenMs\n      decodeMs\n      tokensPerSecond\n    }\n    finishReason\n    error {\n      code\n      message\n      details\n    }\n    attempt\n    priority\n    queuePosition\n    createdAt\n    finishedAt\n  }\n"): typeof import('./graphql.js').EveryPromptFieldFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EveryEventField on PromptEvent {\n    __typename\n    cursor\n    prompt {\n      id\n      status\n      finishReason\n      text\n    }\n    ... on PromptStarted {\n      attempt\n    }\n    ... on PromptChunk {\n      index\n      text\n    }\n    ... on PromptFailed {\n      error {\n        code\n        message\n        details\n      }\n    }\n  }\n"): typeof import('./graphql.js').EveryEventFieldFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EveryModelField on Model {\n    id\n    slug\n    name\n    version\n    parameters\n    contextLength\n    capabilities\n    licence\n    state\n    failure\n    performance {\n      tokensPerSecond\n      memoryRequired\n    }\n    sizeBytes\n    aliases\n    isDefault\n    chatTemplate\n  }\n"): typeof import('./graphql.js').EveryModelFieldFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EveryServerField on Server {\n    version\n    uptimeMs\n    defaultModel {\n      slug\n      state\n    }\n    slots {\n      total\n      busy\n    }\n    queue {\n      waiting\n      limit\n    }\n    models {\n      slug\n      idleSince\n    }\n    tokensPerSecond\n    resources {\n      cpuPercent\n      memoryBytes\n      gpuMemoryBytes\n      eventLoopDelayMs\n    }\n  }\n"): typeof import('./graphql.js').EveryServerFieldFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Process($input: PromptInput!) {\n    process(input: $input) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n"): typeof import('./graphql.js').ProcessDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Batch($input: BatchInput!) {\n    batch(input: $input) {\n      prompts {\n        ...EveryPromptField\n      }\n      usage {\n        promptTokens\n        cachedTokens\n        completionTokens\n        totalTokens\n      }\n    }\n  }\n"): typeof import('./graphql.js').BatchDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Submit($input: PromptInput!) {\n    submit(input: $input) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n"): typeof import('./graphql.js').SubmitDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Cancel($id: ID!) {\n    cancelPrompt(id: $id) {\n      prompt {\n        ...EveryPromptField\n      }\n    }\n  }\n"): typeof import('./graphql.js').CancelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Delete($id: ID!) {\n    deletePrompt(id: $id) {\n      id\n    }\n  }\n"): typeof import('./graphql.js').DeleteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OnePrompt($id: ID!) {\n    prompt(id: $id) {\n      ...EveryPromptField\n    }\n  }\n"): typeof import('./graphql.js').OnePromptDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ManyPrompts($first: Int, $after: String, $status: PromptStatus) {\n    prompts(first: $first, after: $after, status: $status) {\n      edges {\n        cursor\n        node {\n          id\n          status\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.js').ManyPromptsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AnyNode($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n    }\n  }\n"): typeof import('./graphql.js').AnyNodeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EstimatePrompt($input: PromptInput!) {\n    estimate(input: $input) {\n      promptTokens\n      cachedTokens\n      contextLength\n      fits\n      expectedQueueMs\n      expectedFirstTokenMs\n      warnings\n    }\n  }\n"): typeof import('./graphql.js').EstimatePromptDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AllModels($state: ModelState) {\n    models(state: $state) {\n      ...EveryModelField\n    }\n  }\n"): typeof import('./graphql.js').AllModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OneModel($id: String!) {\n    model(id: $id) {\n      ...EveryModelField\n    }\n  }\n"): typeof import('./graphql.js').OneModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LoadModel($id: String!) {\n    loadModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n"): typeof import('./graphql.js').LoadModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UnloadModel($id: String!) {\n    unloadModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n"): typeof import('./graphql.js').UnloadModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation InstallModel($id: String!) {\n    installModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n"): typeof import('./graphql.js').InstallModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveModel($id: String!) {\n    removeModel(id: $id) {\n      model {\n        ...EveryModelField\n      }\n    }\n  }\n"): typeof import('./graphql.js').RemoveModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadConfig {\n    config {\n      modelSettings {\n        defaultModel\n        maxTokens\n        temperature\n      }\n      systemSettings {\n        cacheSize\n        maxRequestsPerMinute\n      }\n    }\n  }\n"): typeof import('./graphql.js').ReadConfigDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateConfig($input: ConfigInput!) {\n    updateConfig(input: $input) {\n      config {\n        modelSettings {\n          defaultModel\n          maxTokens\n          temperature\n        }\n        systemSettings {\n          cacheSize\n          maxRequestsPerMinute\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').UpdateConfigDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadServer {\n    server {\n      ...EveryServerField\n    }\n  }\n"): typeof import('./graphql.js').ReadServerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadViewer {\n    viewer {\n      id\n      tier\n      scopes\n      rateLimit {\n        limit\n        burst\n        remaining\n        resetAt\n      }\n    }\n  }\n"): typeof import('./graphql.js').ReadViewerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateToken($input: TokenInput!) {\n    createToken(input: $input) {\n      token\n      expiresAt\n    }\n  }\n"): typeof import('./graphql.js').CreateTokenDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateApiKey($input: ApiKeyInput!) {\n    createApiKey(input: $input) {\n      apiKey {\n        id\n        name\n        prefix\n        userId\n        tier\n        scopes\n        createdAt\n        lastUsedAt\n        revokedAt\n      }\n      key\n    }\n  }\n"): typeof import('./graphql.js').CreateApiKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) {\n      apiKey {\n        id\n        revokedAt\n      }\n      key\n    }\n  }\n"): typeof import('./graphql.js').RevokeApiKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Stream($input: PromptInput!) {\n    stream(input: $input) {\n      ...EveryEventField\n    }\n  }\n"): typeof import('./graphql.js').StreamDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription PromptEvents($id: ID!, $after: String) {\n    promptEvents(id: $id, after: $after) {\n      ...EveryEventField\n    }\n  }\n"): typeof import('./graphql.js').PromptEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ModelEvents($id: String) {\n    modelEvents(id: $id) {\n      model {\n        slug\n      }\n      state\n      downloadedBytes\n      totalBytes\n      progress\n    }\n  }\n"): typeof import('./graphql.js').ModelEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ServerStatus($everyMs: Int) {\n    serverStatus(everyMs: $everyMs) {\n      ...EveryServerField\n    }\n  }\n"): typeof import('./graphql.js').ServerStatusDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ConfigChanged {\n    configChanged {\n      modelSettings {\n        maxTokens\n      }\n    }\n  }\n"): typeof import('./graphql.js').ConfigChangedDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
