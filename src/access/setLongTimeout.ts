/** Timers of Node hold at most this many milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls back once at a point in time, however far away; returns the way to stop that. It keeps no process alive. */
export function setLongTimeout(time: Date, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const left = time.getTime() - Date.now();
    timer = setTimeout(left > longestTimerMs ? wait : callback, Math.min(Math.max(left, 0), longestTimerMs)).unref();
  };
  wait();
  return () => clearTimeout(timer);
}
