import { type Command, type Expectation, isSettled, MAX_COMMAND_BYTES } from '../shared/command.ts'
import type { Payload } from '../shared/datagram.ts'
import type { EventView } from '../shared/event.ts'
import { COMMAND_LIMITS } from '../shared/fold/commands.ts'
import type { Objection } from '../shared/objection.ts'
import type { Clock, Stop } from './clock.ts'
import { sameSubject, verdict } from './confirmation.ts'
import type { ControlLink } from './control-link.ts'
import type { Hub } from './hub.ts'
import { MachineQueue, type QueuedCommand } from './machine-queue.ts'
import type { Holder } from './operator.ts'

/** What somebody wants a machine to do. */
export interface Wish {
  /** Chosen by whoever asks; the same id is done once, however often it arrives. */
  readonly id: string
  readonly machine: string
  /** Id of the device that it is for; null where it is for the machine. */
  readonly device: string | null
  /** The event given to the machine. */
  readonly type: string
  readonly payload: Payload
  readonly expectation: Expectation
  readonly timeoutMs: number
  /** When it was asked for, epoch milliseconds; null where that is not known. */
  readonly at: number | null
  /** The person was asked a second time and said yes. */
  readonly confirmed: boolean
  /** It is the machine's Stop: needs no control, and goes before everything that waits. */
  readonly stop: boolean
}

export interface CommandRules {
  /** What speaks against a wish when it comes in; null where nothing does. */
  objection(wish: Wish, operator: Holder): Objection | null
  /** What speaks against it right before it is sent. */
  lateObjection(wish: Wish, operator: Holder): Objection | null
  /** Where the machine takes its commands; null where it takes none. */
  endpoint(machine: string): string | null
  /** Milliseconds between two commands. */
  pace(machine: string): number
}

interface OpenCommand {
  readonly wish: Wish
  readonly queued: QueuedCommand
  readonly deadline: Stop
  accepted: boolean
}

/** Most open commands: the state keeps them all, and has room left for Stop. */
const MAX_OPEN = COMMAND_LIMITS.open - 100

/** So many ids are remembered beyond what the state keeps, so that a late repetition is still recognised. */
const REMEMBERED_IDS = 10_000

const TOO_MANY: Objection = { refusal: 'queue_full', reason: 'Too many commands wait already.' }

const DROPPED: Objection = { refusal: 'stopped', reason: 'Stop was given before it was sent.' }

/**
 * Commands, from the wish to the machine's own word. Every step is an event: what is shown of a command is folded from
 * the log like everything else, and nothing here ever says that it is done, only that the machine said so.
 */
export class Commands {
  readonly #hub: Hub
  readonly #clock: Clock
  readonly #link: ControlLink
  readonly #rules: CommandRules
  readonly #queues = new Map<string, MachineQueue>()
  readonly #open = new Map<string, OpenCommand>()
  /** Ids of the open commands of each machine, oldest first: most events concern none. */
  readonly #byMachine = new Map<string, Set<string>>()
  readonly #watchers = new Map<string, Set<(command: Command | undefined) => void>>()
  readonly #ids = new Set<string>()
  readonly #stops: readonly Stop[]
  #forgotten: Stop | undefined
  #epoch = ''
  #closed = false

  constructor(hub: Hub, clock: Clock, link: ControlLink, rules: CommandRules) {
    this.#hub = hub
    this.#clock = clock
    this.#link = link
    this.#rules = rules
    this.#failForgotten()
    this.#stops = [
      hub.watch((event) => this.#judge(event)),
      // A journal that turns up late brings what an earlier run left open.
      hub.listen(() => {
        if (hub.epoch !== this.#epoch) this.#forgotten ??= clock.soon(() => this.#failForgotten())
      }),
    ]
  }

  /** The command as it stands, folded from the log. */
  command(id: string): Command | undefined {
    return this.#hub.folded.commands.get(id)
  }

  /** Commands whose outcome is open. */
  get underWay(): number {
    return this.#open.size
  }

  /** True where this id was asked for already, also where its command is too old to be in the state. */
  knows(id: string): boolean {
    return this.#ids.has(id) || this.command(id) !== undefined
  }

  /**
   * Asks for a command. What comes of it is told by events; it is returned as it stands. One whose id is known must not
   * be asked for again, see {@link knows}. Undefined, and nothing sent, where there is nothing to show of it: its type is
   * too long for the state, or everything has ended.
   */
  request(wish: Wish, operator: Holder): Command | undefined {
    if (this.#closed) return undefined
    this.#remember(wish.id)
    this.#hub.report('operator', wish.machine, 'command_requested', {
      id: wish.id,
      type: wish.type,
      payload: wish.payload,
      ...(wish.device === null ? {} : { device: wish.device }),
      by: operator.name,
      session: operator.session,
      expectation: wish.expectation,
      deadline: this.#clock.now() + wish.timeoutMs,
    })
    if (!this.command(wish.id)) return undefined
    const objection = this.#rules.objection(wish, operator)
    if (objection) this.#refuse(wish, objection)
    else this.#send(wish, operator)
    return this.command(wish.id)
  }

  /** Resolves with the command once it is settled; at once where it already is. */
  settled(id: string): Promise<Command | undefined> {
    const command = this.command(id)
    if (!command || isSettled(command.status)) return Promise.resolve(command)
    return new Promise((resolve) => {
      const watchers = this.#watchers.get(id) ?? new Set()
      this.#watchers.set(id, watchers.add(resolve))
    })
  }

  /** Ends everything; open commands stay as they are, and the next start says what became of them. Idempotent. */
  close(): void {
    this.#closed = true
    for (const stop of this.#stops) stop()
    this.#forgotten?.()
    for (const queue of this.#queues.values()) queue.close()
    for (const { deadline } of this.#open.values()) deadline()
    this.#queues.clear()
    this.#open.clear()
    this.#byMachine.clear()
    for (const id of Array.from(this.#watchers.keys())) this.#tell(id)
  }

  /** What an earlier run left open cannot be confirmed any more: the machine's word may have come while nobody listened. */
  #failForgotten(): void {
    this.#forgotten = undefined
    this.#epoch = this.#hub.epoch
    for (const { id, machine, device, status } of Array.from(this.#hub.folded.commands.values())) {
      if (isSettled(status) || this.#open.has(id)) continue
      this.#report({ id, machine, device }, 'command_failed', {
        reason: 'The panel was restarted. Whether the machine did it is not known.',
      })
    }
  }

  #send(wish: Wish, operator: Holder): void {
    if (this.#open.size >= MAX_OPEN && !wish.stop) {
      this.#refuse(wish, TOO_MANY)
      return
    }
    const text = JSON.stringify({ type: wish.type, payload: wish.payload, job_id: null, command_id: wish.id })
    const bytes = Buffer.from(text)
    if (bytes.length > MAX_COMMAND_BYTES) {
      const reason = `The command has ${bytes.length} bytes; a machine reads at most ${MAX_COMMAND_BYTES}.`
      this.#refuse(wish, { refusal: 'too_long', reason })
      return
    }
    const queued: QueuedCommand = {
      bytes,
      objection: () => this.#rules.lateObjection(wish, operator),
      sent: () => this.#accepted(wish),
      refused: (objection) => this.#refuse(wish, objection),
    }
    const deadline = this.#clock.after(wish.timeoutMs, () => this.#timedOut(wish))
    this.#open.set(wish.id, { wish, queued, deadline, accepted: false })
    const ids = this.#byMachine.get(wish.machine) ?? new Set()
    this.#byMachine.set(wish.machine, ids.add(wish.id))
    const queue = this.#queue(wish.machine)
    const room = wish.stop ? queue.pushStop(queued, DROPPED) : queue.push(queued)
    if (!room) this.#refuse(wish, TOO_MANY)
  }

  #accepted(wish: Wish): void {
    const open = this.#open.get(wish.id)
    if (!open) return
    open.accepted = true
    this.#report(wish, 'command_accepted', {})
  }

  #timedOut(wish: Wish): void {
    const open = this.#open.get(wish.id)
    if (!open) return
    // One that is still in the queue must never be sent late.
    this.#queues.get(wish.machine)?.remove(open.queued)
    this.#report(wish, 'command_timed_out', {
      reason: open.accepted ? 'The machine did not confirm it in time.' : 'The machine did not take it in time.',
    })
    this.#settle(wish)
  }

  #refuse(wish: Wish, { refusal, reason }: Objection): void {
    this.#report(wish, 'command_refused', { refusal, reason })
    this.#settle(wish)
  }

  /** Judges the open commands of a machine by what it just said. Runs in the datagram loop, mostly to no purpose. */
  #judge(event: EventView): void {
    const ids = this.#byMachine.get(event.machine)
    if (!ids || event.origin !== 'machine') return
    let fulfilled: Expectation | null = null
    for (const wish of this.#concerned(ids, event)) {
      const { id } = wish
      // One event is one kind of sign: whoever waits for another kind waits for its own.
      const another = fulfilled !== null && fulfilled.kind !== wish.expectation.kind
      const found = another ? null : verdict(id, wish.expectation, event)
      if (!found) {
        // Of several that wait for the same thing, one that wants something else stands between: those behind it come later.
        if (fulfilled && sameSubject(fulfilled, wish.expectation)) break
        continue
      }
      if (found.kind === 'confirmed') this.#report(wish, 'command_confirmed', { settled_by: event.offset })
      else this.#report(wish, 'command_failed', { reason: found.reason, settled_by: event.offset })
      this.#settle(wish)
      // One transition is the answer to one command, and so is an explicit result.
      if (wish.expectation.kind === 'transition' || event.type === 'command_result') break
      fulfilled = wish.expectation
    }
  }

  /** Whom an event may concern, oldest first: where a transition names one of them as its trigger, nobody else. */
  #concerned(ids: ReadonlySet<string>, { type, payload }: EventView): readonly Wish[] {
    const accepted = [...ids].flatMap((id) => {
      const open = this.#open.get(id)
      return open?.accepted ? [open.wish] : []
    })
    if (type !== 'state_change') return accepted
    const triggered = accepted.filter((wish) => wish.type === payload['event_trigger'])
    return triggered.length > 0 ? triggered : accepted
  }

  #settle({ id, machine }: Wish): void {
    this.#open.get(id)?.deadline()
    this.#open.delete(id)
    const ids = this.#byMachine.get(machine)
    ids?.delete(id)
    if (ids?.size === 0) this.#byMachine.delete(machine)
    this.#tell(id)
  }

  #tell(id: string): void {
    const watchers = this.#watchers.get(id)
    if (!watchers) return
    this.#watchers.delete(id)
    const command = this.command(id)
    for (const watcher of watchers) watcher(command && { ...command })
  }

  #queue(machine: string): MachineQueue {
    let queue = this.#queues.get(machine)
    if (!queue) {
      queue = new MachineQueue(
        this.#link,
        this.#clock,
        () => this.#rules.endpoint(machine),
        () => this.#rules.pace(machine),
      )
      this.#queues.set(machine, queue)
    }
    return queue
  }

  #remember(id: string): void {
    this.#ids.add(id)
    const [oldest] = this.#ids
    if (this.#ids.size > REMEMBERED_IDS && oldest !== undefined) this.#ids.delete(oldest)
  }

  #report({ id, machine, device }: Pick<Wish, 'id' | 'machine' | 'device'>, type: string, payload: Payload): void {
    this.#hub.report('panel', machine, type, { id, ...(device === null ? {} : { device }), ...payload })
  }
}
