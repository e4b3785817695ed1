import { randomUUID } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { Hub } from '../core/hub.ts'
import { continuation, Journal } from '../core/journal.ts'
import { asJournalError, JournalError } from '../core/journal-store.ts'
import type { Log } from '../core/log.ts'
import { TrendRecorder } from '../core/trend-recorder.ts'
import { SqliteStore } from './adapters/sqlite/sqlite-store.ts'
import { SqliteTrendStore } from './adapters/sqlite/trend-store.ts'
import type { Config } from './config.ts'

/** Most missed events that a viewer is sent; one that missed more gets a snapshot. */
const RESUME_EVENTS = 50_000

/** The log of events: its head in memory, and the two that keep what goes through it. */
export interface EventLog {
  readonly hub: Hub
  readonly journal: Journal
  readonly trends: TrendRecorder
  /** Makes durable what is not yet. Idempotent. */
  close(): Promise<void>
}

/** Goes on behind what the data folder holds. Where that cannot be opened, the log is in memory and the journal says so. */
export async function openEventLog(config: Config, threadFile: string, clock: Clock, log: Log): Promise<EventLog> {
  const { dataDir } = config
  const store = new SqliteStore({ dataDir, threadFile, log })
  const epoch = randomUUID()
  const opened = await store.open(epoch).catch(asJournalError)
  const hub = new Hub({
    clock,
    // The store may have taken the epoch's name down before it failed: for other offsets than those in memory.
    ...(opened instanceof JournalError ? { epoch: randomUUID() } : { epoch, from: continuation(opened) }),
    defect: (error) => log.error({ err: error }, 'what watches the events failed on one'),
  })
  const journal = new Journal({
    hub,
    store,
    opened,
    clock,
    log,
    retention: config.retention,
    resumeEvents: RESUME_EVENTS,
    newEpoch: randomUUID,
  })
  const trends = new TrendRecorder({
    hub,
    journal,
    store: new SqliteTrendStore({ dataDir, threadFile, log }),
    clock,
    log,
    retentionMs: config.trendRetentionMs,
  })
  return {
    hub,
    journal,
    trends,
    async close() {
      await trends.close()
      await journal.close()
    },
  }
}
