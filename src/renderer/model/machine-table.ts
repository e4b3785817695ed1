import { type ShallowRef, shallowRef } from 'vue'
import type { EventView } from '../../shared/event.ts'
import type { Machine } from '../../shared/machine.ts'
import { isAbnormal } from './machine-marks.ts'

/** The copy before where nothing was pushed since. */
const sharedOrCopied = <T>(now: T[], old: T[] | undefined): T[] =>
  old && old.length === now.length && old.at(-1) === now.at(-1) && old[0] === now[0] ? old : [...now]

/** The parts of a machine that an event of this family cannot change are shared with the copy before. */
function copyMachine(machine: Machine, before: Machine | undefined, jobsTouched: boolean): Machine {
  return {
    ...machine,
    transitions: sharedOrCopied(machine.transitions, before?.transitions),
    log: sharedOrCopied(machine.log, before?.log),
    // Jobs are changed in place, one by one.
    jobs: before && !jobsTouched ? before.jobs : machine.jobs.map((job) => ({ ...job })),
  }
}

/**
 * The machines as Vue sees them. The fold changes its machines in place; this publishes copies of those that were
 * touched, one reactive cell for each, so that one machine's event renders one machine's card and nothing else.
 */
export class MachineTable {
  /** In order of their first event. Changes only where machines come or go. */
  readonly names = shallowRef<readonly string[]>([])
  /** The abnormal ones' names. Changes only where one becomes abnormal or normal. */
  readonly abnormal = shallowRef<ReadonlySet<string>>(new Set())
  readonly #cells = new Map<string, ShallowRef<Machine | undefined>>()
  /** True: its jobs too. */
  readonly #touched = new Map<string, boolean>()
  #all = false

  /** Reactive. A machine that does not exist (yet) reads as undefined; its coming changes the names. */
  get(name: string): Machine | undefined {
    return this.names.value.length === 0 ? undefined : this.#cells.get(name)?.value
  }

  /** To be called with every event that the fold has taken in. */
  touch(event: EventView): void {
    const jobs = event.family === 'job' || this.#touched.get(event.machine) === true
    this.#touched.set(event.machine, jobs)
  }

  /** Something other than an event changed it; not its jobs. */
  touchName(name: string): void {
    if (!this.#touched.has(name)) this.#touched.set(name, false)
  }

  /** Everything may have changed: a snapshot came. */
  touchAll(): void {
    this.#all = true
  }

  /** Publishes what was touched since the last time. */
  publish(machines: ReadonlyMap<string, Machine>): void {
    const all = this.#all
    const touched = all ? [...machines.keys()] : [...this.#touched.keys()]
    // The fold forgets machines where a new one comes.
    let changed = all || machines.size !== this.names.value.length
    const abnormal = new Set(this.abnormal.value)
    for (const name of touched) {
      const machine = machines.get(name)
      if (!machine) continue
      const cell = this.#cellOf(name)
      changed ||= cell.value === undefined
      cell.value = copyMachine(machine, all ? undefined : cell.value, this.#touched.get(name) ?? false)
      if (isAbnormal(machine)) abnormal.add(name)
      else abnormal.delete(name)
    }
    this.#touched.clear()
    this.#all = false
    if (changed) this.#publishNames(machines, abnormal)
    if (!equal(abnormal, this.abnormal.value)) this.abnormal.value = abnormal
  }

  #publishNames(machines: ReadonlyMap<string, Machine>, abnormal: Set<string>): void {
    for (const name of this.names.value) {
      if (machines.has(name)) continue
      this.#cells.delete(name)
      abnormal.delete(name)
    }
    this.names.value = [...machines.keys()]
  }

  #cellOf(name: string): ShallowRef<Machine | undefined> {
    let cell = this.#cells.get(name)
    if (!cell) {
      cell = shallowRef<Machine>()
      this.#cells.set(name, cell)
    }
    return cell
  }
}

function equal(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false
  for (const item of a) if (!b.has(item)) return false
  return true
}
