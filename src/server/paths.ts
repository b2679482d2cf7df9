/** Where each face of the server is found. */
export const graphqlPath = '/graphql';
export const restPath = '/api/v1';
