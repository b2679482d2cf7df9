import { graphql } from './generated/gql.js';

export const promptFields = graphql(`
  fragment PromptFields on Prompt {
    id
    status
    input
    text
    json
    logprobs {
      token
      text
      logprob
      top {
        token
        text
        logprob
      }
    }
    modelId
    warnings
    usage {
      promptTokens
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
    queuePosition
    createdAt
    finishedAt
  }
`);

export const eventFields = graphql(`
  fragment EventFields on PromptEvent {
    __typename
    cursor
    ... on PromptStarted {
      attempt
      prompt {
        id
      }
    }
    ... on PromptChunk {
      text
    }
    ... on PromptCompleted {
      prompt {
        ...PromptFields
      }
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

export const modelFields = graphql(`
  fragment ModelFields on Model {
    slug
    name
    version
    parameters
    contextLength
    capabilities
    performance {
      tokensPerSecond
      memoryRequired
    }
  }
`);

export const configFields = graphql(`
  fragment ConfigFields on Config {
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
`);

export const processDocument = graphql(`
  mutation RestProcess($input: PromptInput!) {
    process(input: $input) {
      prompt {
        ...PromptFields
      }
    }
  }
`);

export const batchDocument = graphql(`
  mutation RestBatch($input: BatchInput!) {
    batch(input: $input) {
      prompts {
        ...PromptFields
      }
      usage {
        promptTokens
        completionTokens
        totalTokens
      }
    }
  }
`);

export const submitDocument = graphql(`
  mutation RestSubmit($input: PromptInput!) {
    submit(input: $input) {
      prompt {
        id
        status
        warnings
      }
    }
  }
`);

export const streamDocument = graphql(`
  subscription RestStream($input: PromptInput!) {
    stream(input: $input) {
      ...EventFields
    }
  }
`);

export const followDocument = graphql(`
  subscription RestFollow($id: ID!, $after: String) {
    promptEvents(id: $id, after: $after) {
      ...EventFields
    }
  }
`);

export const tokenizeDocument = graphql(`
  query RestTokenize($input: TokenizeInput!) {
    tokenize(input: $input) {
      tokens
      count
    }
  }
`);

export const promptDocument = graphql(`
  query RestPrompt($id: ID!) {
    prompt(id: $id) {
      ...PromptFields
    }
  }
`);

export const cancelDocument = graphql(`
  mutation RestCancel($id: ID!) {
    cancelPrompt(id: $id) {
      prompt {
        ...PromptFields
      }
    }
  }
`);

export const deleteDocument = graphql(`
  mutation RestDelete($id: ID!) {
    deletePrompt(id: $id) {
      id
    }
  }
`);

export const modelsDocument = graphql(`
  query RestModels {
    models {
      ...ModelFields
    }
  }
`);

export const modelDocument = graphql(`
  query RestModel($id: String!) {
    model(id: $id) {
      ...ModelFields
    }
  }
`);

export const configDocument = graphql(`
  query RestConfig {
    config {
      ...ConfigFields
    }
  }
`);

export const updateConfigDocument = graphql(`
  mutation RestUpdateConfig($input: ConfigInput!) {
    updateConfig(input: $input) {
      config {
        ...ConfigFields
      }
    }
  }
`);
