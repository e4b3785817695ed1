export interface ProcessEnds {
  readonly end: (why: string) => void
  readonly crash: (error: unknown) => void
}

/** Tells when the process is asked to end, and of defects that nobody has caught. Each may happen more than once. */
export function watchProcess({ end, crash }: ProcessEnds): void {
  // Not `once`: a second Ctrl-C would end the process at once and leave the socket file behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal))
  // The launcher that started us is gone.
  process.once('disconnect', () => end('the launcher has gone'))
  // Node would end at once, with what is not durable yet lost; Electron would show a dialog, or only warn, and go on.
  process.on('uncaughtException', (error) => crash(error))
  process.on('unhandledRejection', (reason) => crash(reason))
}
