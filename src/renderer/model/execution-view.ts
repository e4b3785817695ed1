import type { Execution, Step } from '../../shared/execution.ts'
import { MAX_DURATION_MS } from '../../shared/fold/fields.ts'
import { uniqueKeys } from './unique-keys.ts'
import { isBlank, visibleName } from './visible-text.ts'

export function isLive({ status }: Pick<Execution, 'status'>): boolean {
  return status === 'running' || status === 'paused'
}

/** How far an execution has come. */
export interface Extent {
  readonly done: number
  readonly total: number
  /** `done` of `total`, 0 to 1. */
  readonly fraction: number
}

/** Of a workflow its nodes, of a flow program the action templates of its cycle; null where nobody said how many. */
export function extentOf({ kind, progress, action }: Execution): Extent | null {
  if (kind === 'workflow') return progress === null ? null : extent(progress.completed, progress.total)
  const place = action && actionPlace(action)
  if (!place) return null
  return extent(place.number - (action.status === 'completed' ? 0 : 1), place.total)
}

function extent(done: number, total: number): Extent | null {
  if (total <= 0) return null
  const counted = Math.min(Math.max(done, 0), total)
  return { done: counted, total, fraction: counted / total }
}

/** Which action template of how many, counted as people do; null where the machine does not say. */
export function actionPlace({
  index,
  total,
  fromOne,
}: NonNullable<Execution['action']>): { readonly number: number; readonly total: number } | null {
  if (index === null || total === null || total <= 0) return null
  return { number: Math.min(fromOne ? Math.max(index, 1) : index + 1, total), total }
}

/** Whole percent, and never 100 before it is all. */
export function percentOf(fraction: number): number {
  return fraction >= 1 ? 100 : Math.min(99, Math.max(0, Math.floor(fraction * 100)))
}

/** What is left, milliseconds from `now`. `said`: by the machine itself, or reckoned from how long it has taken so far. */
export interface Remaining {
  readonly ms: number
  readonly said: boolean
}

/**
 * How much longer it will take; null where that cannot be known: it is paused or over, nobody said, or it takes longer
 * than was said. `now`: the panel's clock.
 */
export function remainingOf(execution: Execution, now: number): Remaining | null {
  const { status, progress, startedAt } = execution
  if (status !== 'running' || !progress || progress.completed >= progress.total) return null
  if (progress.remaining !== null) {
    const left = progress.remaining - Math.max(0, now - progress.at)
    return left > 0 ? { ms: left, said: true } : null
  }
  if (progress.completed === 0) return null
  const each = (progress.at - startedAt) / progress.completed
  const left = each * (progress.total - progress.completed) - Math.max(0, now - progress.at)
  return left > 0 && left <= MAX_DURATION_MS ? { ms: left, said: false } : null
}

/** `cut`: it ran when its execution ended, and nobody said how it went. `waiting`: not begun. */
export type StepLook = Step['status'] | 'cut' | 'waiting'

export function stepLook({ status }: Step, execution: Execution): StepLook {
  return status === 'running' && !isLive(execution) ? 'cut' : status
}

/** What people call a step. Two programs rarely have the same words for it; the first that says anything is taken. */
export function stepTitle({ displayText, name, id }: Pick<Step, 'displayText' | 'name' | 'id'>): string {
  return [displayText, name].find((text) => text !== null && !isBlank(text)) ?? visibleName(id)
}

/** What people call a run of a program or workflow. */
export function executionTitle({ name, id }: Pick<Execution, 'name' | 'id'>): string {
  return name === null || isBlank(name) ? visibleName(id) : name
}

/** What tells each step from the others, in their order: one event may tell of several, also of one that ran twice. */
export function stepKeys(steps: readonly Step[]): string[] {
  return uniqueKeys(steps.map(({ offset, id }) => `${offset} ${id}`))
}

/** The latest steps, newest first. */
export function latestSteps({ steps }: Execution, count: number): Step[] {
  return steps.slice(-count).toReversed()
}

/**
 * Those that run, each machine's in the order in which they began, so that none moves when another one comes; and those
 * that have ended, newest first.
 */
export function splitExecutions(executions: readonly Execution[]): { live: Execution[]; ended: Execution[] } {
  return {
    live: executions
      .filter(isLive)
      .toSorted((a, b) => byText(a.machine, b.machine) || a.startedAt - b.startedAt || byText(a.id, b.id)),
    ended: executions
      .filter((each) => !isLive(each))
      .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0) || byText(a.machine, b.machine) || byText(a.id, b.id)),
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
