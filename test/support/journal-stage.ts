import { AlarmActs } from '../../src/core/alarm-acts.ts'
import { commandRules } from '../../src/core/command-rules.ts'
import { Commands } from '../../src/core/commands.ts'
import { ControlTokens } from '../../src/core/control-tokens.ts'
import { messageFrame } from '../../src/core/frame.ts'
import { Hub } from '../../src/core/hub.ts'
import { continuation, Journal } from '../../src/core/journal.ts'
import { JournalError, type JournalStore } from '../../src/core/journal-store.ts'
import { Operations } from '../../src/core/operations.ts'
import { DescribedPlant } from '../../src/core/plant.ts'
import type { RingLimits } from '../../src/core/ring.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { coversMachine, filterOf } from '../../src/shared/channel.ts'
import type { Datagram } from '../../src/shared/datagram.ts'
import type { FoldedSnapshot } from '../../src/shared/folded.ts'
import type { Snapshot } from '../../src/shared/messages.ts'
import type { Plant } from '../../src/shared/plant.ts'
import { FakeControlLink } from './core-stage.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryLog } from './memory-log.ts'
import { visibleState, wholeState } from './visible.ts'

export interface JournalStageOptions {
  readonly store: JournalStore
  readonly ring: RingLimits
  readonly clock?: FakeClock
  readonly resumeEvents?: number
  readonly retentionBytes?: number
  readonly retentionMs?: number
  readonly fullMs?: number
  readonly plant?: Plant
  /** Names the epochs of this life of the process. */
  readonly life?: string
}

/** Hub, journal and sessions, put together as the panel puts them together, on a clock by hand. */
export class JournalStage {
  private constructor(
    readonly log: MemoryLog,
    readonly clock: FakeClock,
    readonly hub: Hub,
    readonly journal: Journal,
    readonly sessions: Sessions,
    /** What was folded when it began, before it ended what an earlier life left open. */
    readonly begun: FoldedSnapshot,
  ) {}

  static async start(options: JournalStageOptions): Promise<JournalStage> {
    const { store, ring, clock = new FakeClock(), life = 'e' } = options
    let epochs = 0
    const newEpoch = (): string => `${life}.${(epochs += 1)}`
    const epoch = newEpoch()
    const opened = await store.open(epoch).catch((error: unknown) => error as JournalError)
    const hub = new Hub(
      opened instanceof JournalError
        ? { clock, ring, epoch: newEpoch() }
        : { clock, ring, epoch, from: continuation(opened) },
    )
    const begun = wholeState(hub.folded)
    const log = new MemoryLog()
    const retention = { ageMs: options.retentionMs ?? 2 ** 40, bytes: options.retentionBytes ?? 2 ** 40 }
    const resumeEvents = options.resumeEvents ?? 50_000
    const journal = new Journal({ hub, store, opened, clock, log, retention, resumeEvents, newEpoch })
    const health = messageFrame({
      type: 'health',
      health: {
        startedAt: 0,
        time: 0,
        version: '0',
        offset: 0,
        sessions: 0,
        viewers: [],
        journal: journal.health,
        listeners: [],
        problems: [],
        refusedSamples: [],
      },
    })
    const described = new DescribedPlant({ staleAfterMs: 60_000 }, options.plant)
    const plant = messageFrame({ type: 'plant', plant: described.shown })
    const control = new ControlTokens(hub, clock)
    const rules = commandRules({ hub, plant: described, control, clock })
    const commands = new Commands(hub, clock, new FakeControlLink(), rules)
    const sessions = new Sessions({
      hub,
      archive: journal,
      clock,
      log,
      limits: {
        helloMs: 10_000,
        heartbeatMs: 30_000,
        messageBytes: 65_536,
        messagesPerSecond: 1_000_000,
        fullMs: options.fullMs ?? 30_000,
      },
      connections: 100,
      connectionsPerAddress: 100,
      connectionsPerAccount: 100,
      version: '0',
      operations: new Operations({
        hub,
        plant: described,
        commands,
        control,
        alarms: new AlarmActs(hub, clock, described),
        audit: { record: () => undefined, recordAll: () => undefined },
        clock,
      }),
      health: () => health,
      plant: () => plant,
    })
    return new JournalStage(log, clock, hub, journal, sessions, begun)
  }

  event(machine: string, type = 'tick', payload: Readonly<Record<string, unknown>> = {}): void {
    const body: Datagram = { machine_name: machine, type, payload }
    this.hub.append('machine', body, JSON.stringify(body))
  }

  /** The core's machines as a viewer with these channels may see them. */
  machines(channels: Iterable<string> = ['all']): unknown {
    const filter = filterOf(channels)
    const snapshot = JSON.parse(this.hub.snapshot(filterOf(['all']), ['all'], false).text) as Snapshot
    return snapshot.state.machines.filter((machine) => coversMachine(filter, machine.name))
  }

  /** The whole of the core's state as a viewer with these channels may see it. */
  folded(channels: Iterable<string> = ['all']): FoldedSnapshot {
    return visibleState(this.hub.folded, channels)
  }
}
