import { onTestFinished } from 'vitest'

/** What no answer may hold: a stack, a path of this computer, the words of a library. */
export const INSIDE = /node_modules|\.ts\b:|\.js:\d|\bat .*\(.*:\d|\/tmp\/|\/home\/|\/root\/|FST_|ERR_[A-Z]+_/

/** What nobody caught, from now to the end of the test. */
export function watchRejections(): unknown[] {
  const seen: unknown[] = []
  const note = (reason: unknown): void => void seen.push(reason)
  process.on('unhandledRejection', note)
  process.on('uncaughtExceptionMonitor', note)
  onTestFinished(() => {
    process.off('unhandledRejection', note)
    process.off('uncaughtExceptionMonitor', note)
  })
  return seen
}
