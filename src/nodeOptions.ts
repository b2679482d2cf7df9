/**
 * How Node runs the server and its engines. V8 takes a process that makes little garbage for an idle one, collects all
 * of its heap several times over, and keeps the young generation small from then on: on two cores busy with a model that
 * took a quarter of the server's processor time. The first line of `bin/llamahome.js` and the start script say the same.
 */
export const nodeOptions = ['--no-memory-reducer', '--min-semi-space-size=8'];
