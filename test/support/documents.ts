import { graphql } from './generated/gql.js';

export const everyPromptField = graphql(`
  fragment EveryPromptField on Prompt {
    id
    status
    input
    messages {
      role
      content
    }
    text
    modelId
    warnings
    model {
      id
      slug
      state
    }
    usage {
      promptTokens
      cachedTokens
      completionTokens
      totalTokens
    }
    timings {
      queueMs
      timeToFirstTokenMs
      decodeMs
      tokensPerSecond
    }
    finishReason
    error {
      code
      message
      details
    }
    attempt
    priority
    queuePosition
    createdAt
    finishedAt
  }
`);

export const everyEventField = graphql(`
  fragment EveryEventField on PromptEvent {
    __typename
    cursor
    prompt {
      id
      status
      finishReason
      text
    }
    ... on PromptStarted {
      attempt
    }
    ... on PromptChunk {
      index
      text
    }
    ... on PromptFailed {
      error {
        code
        message
        details
      }
    }
  }
`);

export const everyModelField = graphql(`
  fragment EveryModelField on Model {
    id
    slug
    name
    version
    parameters
    contextLength
    capabilities
    licence
    state
    failure
    performance {
      tokensPerSecond
      memoryRequired
    }
    sizeBytes
    aliases
    isDefault
    chatTemplate
  }
`);

export const everyServerField = graphql(`
  fragment EveryServerField on Server {
    version
    uptimeMs
    defaultModel {
      slug
      state
    }
    slots {
      total
      busy
    }
    queue {
      waiting
      limit
    }
    models {
      slug
      idleSince
    }
    tokensPerSecond
    resources {
      cpuPercent
      memoryBytes
      gpuMemoryBytes
      eventLoopDelayMs
    }
  }
`);

export const processPrompt = graphql(`
  mutation Process($input: PromptInput!) {
    process(input: $input) {
      prompt {
        ...EveryPromptField
      }
    }
  }
`);

export const runBatch = graphql(`
  mutation Batch($input: BatchInput!) {
    batch(input: $input) {
      prompts {
        ...EveryPromptField
      }
      usage {
        promptTokens
        cachedTokens
        completionTokens
        totalTokens
      }
    }
  }
`);

export const submitPrompt = graphql(`
  mutation Submit($input: PromptInput!) {
    submit(input: $input) {
      prompt {
        ...EveryPromptField
      }
    }
  }
`);

export const cancelPrompt = graphql(`
  mutation Cancel($id: ID!) {
    cancelPrompt(id: $id) {
      prompt {
        ...EveryPromptField
      }
    }
  }
`);

export const deletePrompt = graphql(`
  mutation Delete($id: ID!) {
    deletePrompt(id: $id) {
      id
    }
  }
`);

export const onePrompt = graphql(`
  query OnePrompt($id: ID!) {
    prompt(id: $id) {
      ...EveryPromptField
    }
  }
`);

export const manyPrompts = graphql(`
  query ManyPrompts($first: Int, $after: String, $status: PromptStatus) {
    prompts(first: $first, after: $after, status: $status) {
      edges {
        cursor
        node {
          id
          status
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

export const anyNode = graphql(`
  query AnyNode($id: ID!) {
    node(id: $id) {
      __typename
      id
    }
  }
`);

export const estimatePrompt = graphql(`
  query EstimatePrompt($input: PromptInput!) {
    estimate(input: $input) {
      promptTokens
      cachedTokens
      contextLength
      fits
      expectedQueueMs
      expectedFirstTokenMs
      warnings
    }
  }
`);

export const allModels = graphql(`
  query AllModels($state: ModelState) {
    models(state: $state) {
      ...EveryModelField
    }
  }
`);

export const oneModel = graphql(`
  query OneModel($id: String!) {
    model(id: $id) {
      ...EveryModelField
    }
  }
`);

export const loadModel = graphql(`
  mutation LoadModel($id: String!) {
    loadModel(id: $id) {
      model {
        ...EveryModelField
      }
    }
  }
`);

export const unloadModel = graphql(`
  mutation UnloadModel($id: String!) {
    unloadModel(id: $id) {
      model {
        ...EveryModelField
      }
    }
  }
`);

export const installModel = graphql(`
  mutation InstallModel($id: String!) {
    installModel(id: $id) {
      model {
        ...EveryModelField
      }
    }
  }
`);

export const removeModel = graphql(`
  mutation RemoveModel($id: String!) {
    removeModel(id: $id) {
      model {
        ...EveryModelField
      }
    }
  }
`);

export const readConfig = graphql(`
  query ReadConfig {
    config {
      modelSettings {
        defaultModel
        maxTokens
        temperature
      }
      systemSettings {
        cacheSize
        maxRequestsPerMinute
      }
    }
  }
`);

export const updateConfig = graphql(`
  mutation UpdateConfig($input: ConfigInput!) {
    updateConfig(input: $input) {
      config {
        modelSettings {
          defaultModel
          maxTokens
          temperature
        }
        systemSettings {
          cacheSize
          maxRequestsPerMinute
        }
      }
    }
  }
`);

export const readServer = graphql(`
  query ReadServer {
    server {
      ...EveryServerField
    }
  }
`);

export const readViewer = graphql(`
  query ReadViewer {
    viewer {
      id
      tier
      scopes
      rateLimit {
        limit
        burst
        remaining
        resetAt
      }
    }
  }
`);

export const createToken = graphql(`
  mutation CreateToken($input: TokenInput!) {
    createToken(input: $input) {
      token
      expiresAt
    }
  }
`);

export const createApiKey = graphql(`
  mutation CreateApiKey($input: ApiKeyInput!) {
    createApiKey(input: $input) {
      apiKey {
        id
        name
        prefix
        userId
        tier
        scopes
        createdAt
        lastUsedAt
        revokedAt
      }
      key
    }
  }
`);

export const revokeApiKey = graphql(`
  mutation RevokeApiKey($id: ID!) {
    revokeApiKey(id: $id) {
      apiKey {
        id
        revokedAt
      }
      key
    }
  }
`);

export const stream = graphql(`
  subscription Stream($input: PromptInput!) {
    stream(input: $input) {
      ...EveryEventField
    }
  }
`);

export const promptEvents = graphql(`
  subscription PromptEvents($id: ID!, $after: String) {
    promptEvents(id: $id, after: $after) {
      ...EveryEventField
    }
  }
`);

export const modelEvents = graphql(`
  subscription ModelEvents($id: String) {
    modelEvents(id: $id) {
      model {
        slug
      }
      state
      downloadedBytes
      totalBytes
      progress
    }
  }
`);

export const serverStatus = graphql(`
  subscription ServerStatus($everyMs: Int) {
    serverStatus(everyMs: $everyMs) {
      ...EveryServerField
    }
  }
`);

export const configChanged = graphql(`
  subscription ConfigChanged {
    configChanged {
      modelSettings {
        maxTokens
      }
    }
  }
`);
