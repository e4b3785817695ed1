// The journal's thread: started once for writing and once for reading. It does one call after another.
import { parentPort, workerData } from 'node:worker_threads'
import type { Answer, Call, ReaderCalls, ThreadStart, WriterCalls } from './calls.ts'
import { setAside } from './database.ts'
import { journalError } from './fault.ts'
import { JournalReader } from './reader.ts'
import { JournalWriter } from './writer.ts'

const { role, dataDir } = workerData as ThreadStart

function writerCalls(): WriterCalls {
  // Opened by the first call and not before, so that a failure is an answer and can be tried again.
  let writer: JournalWriter | undefined
  const opened = (): JournalWriter => (writer ??= new JournalWriter(dataDir))
  /** Damage that shows only in use: the file goes aside at once, so that nothing more is written into it. */
  const guarded = <T>(run: (writer: JournalWriter) => T): T => {
    try {
      return run(opened())
    } catch (error) {
      if (writer && journalError(error).fault === 'corrupt') {
        writer.close()
        writer = undefined
        setAside(dataDir, new Date())
      }
      throw error
    }
  }
  return {
    open: (epoch) => guarded((open) => ({ ...open.open(epoch), damaged: open.damaged })),
    append: (batch) => guarded((open) => open.append(batch)),
    prune: (limits) => guarded((open) => open.prune(limits)),
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

const calls = new Map<string, (...args: never[]) => unknown>(
  Object.entries(role === 'writer' ? writerCalls() : readerCalls()),
)

function answer({ id, name, args }: Call): Answer {
  try {
    return { id, ok: true, value: calls.get(name)?.(...(args as never[])) }
  } catch (error) {
    const { fault, message } = journalError(error)
    return { id, ok: false, fault, message, cause: String(error) }
  }
}

parentPort?.on('message', (call: Call) => parentPort?.postMessage(answer(call)))
