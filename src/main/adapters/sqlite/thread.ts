// The journal's thread: started once for writing and once for reading, and once for the trends. It does one call after
// another.
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { Answer, Call, ReaderCalls, ThreadStart, WriterCalls } from './calls.ts'
import { setAside } from './database.ts'
import { faultError, journalError } from './fault.ts'
import { JournalReader } from './reader.ts'
import { trendCalls } from './trend-calls.ts'
import { JournalWriter } from './writer.ts'

const { role, dataDir } = workerData as ThreadStart

function writerCalls(): WriterCalls {
  // Opened by the first call and not before, so that a failure is an answer and can be tried again.
  let writer: JournalWriter | undefined
  /** A damaged file has gone aside: its successor is for nothing but the next opening. */
  let replaced = false
  const opened = (): JournalWriter => {
    if (writer) return writer
    writer = new JournalWriter(dataDir)
    replaced ||= writer.damaged !== null
    return writer
  }
  /** Damage that shows only in use: the file goes aside at once, so that nothing more is written into it. */
  const guarded = <T>(run: (writer: JournalWriter) => T): T => {
    try {
      return run(opened())
    } catch (error) {
      if (writer && journalError(error).fault === 'corrupt') {
        writer.close()
        writer = undefined
        replaced = true
        setAside(dataDir, new Date())
      }
      throw error
    }
  }
  /** What goes on with the file that was opened; that it is another one now is for the caller to deal with. */
  const continued = <T>(run: (writer: JournalWriter) => T): T => {
    opened()
    if (replaced) throw faultError('corrupt')
    return guarded(run)
  }
  return {
    open: (epoch) =>
      guarded((open) => {
        const journal = { ...open.open(epoch), damaged: open.damaged }
        replaced = false
        return journal
      }),
    append: (batch) => continued((open) => open.append(batch)),
    prune: (limits) => continued((open) => open.prune(limits)),
    close: () => writer?.close(),
  }
}

function readerCalls(): ReaderCalls {
  let reader: JournalReader | undefined
  const opened = (): JournalReader => (reader ??= new JournalReader(dataDir))
  return {
    page: (after, limit) => opened().page(after, limit),
    query: (query) => opened().query(query),
    stateAt: (time) => opened().stateAt(time),
    close: () => reader?.close(),
  }
}

/**
 * Somebody who searches without end keeps the reader busy without end: on a small computer it must not take its turns
 * from the thread that takes datagrams in and sends them on. Only Linux counts this by the thread.
 */
const READER_NICENESS = 10
if (role === 'reader' && process.platform === 'linux') setPriority(0, READER_NICENESS)

const ROLES = { writer: writerCalls, reader: readerCalls, trends: () => trendCalls(dataDir) }
const calls = new Map<string, (...args: never[]) => unknown>(Object.entries(ROLES[role]()))

function answer({ id, name, args }: Call): Answer {
  try {
    return { id, ok: true, value: calls.get(name)?.(...(args as never[])) }
  } catch (error) {
    const { fault, message } = journalError(error)
    return { id, ok: false, fault, message, cause: String((error as Error).cause ?? error) }
  }
}

parentPort?.on('message', (call: Call) => parentPort?.postMessage(answer(call)))
