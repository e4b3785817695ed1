import Type from 'typebox'

/** Times are the panel's clock at receipt, epoch milliseconds; offsets name the event that said so. */
export const TransitionSchema = Type.Object({
  offset: Type.Integer(),
  time: Type.Integer(),
  from: Type.Union([Type.String(), Type.Null()]),
  to: Type.String(),
  trigger: Type.Union([Type.String(), Type.Null()]),
  /** The machine says that it came from another state than the last one we saw: something was lost in between. */
  jumped: Type.Boolean(),
})
export type Transition = Type.Static<typeof TransitionSchema>

export const JOB_OUTCOMES = ['running', 'completed', 'failed'] as const
export const JobSchema = Type.Object({
  id: Type.String(),
  type: Type.Union([Type.String(), Type.Null()]),
  startedAt: Type.Union([Type.Integer(), Type.Null()]),
  endedAt: Type.Union([Type.Integer(), Type.Null()]),
  outcome: Type.Enum(JOB_OUTCOMES),
})
export type Job = Type.Static<typeof JobSchema>

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const LogLineSchema = Type.Object({
  offset: Type.Integer(),
  time: Type.Integer(),
  level: Type.Enum(LOG_LEVELS),
  message: Type.String(),
})
export type LogLine = Type.Static<typeof LogLineSchema>

export const MachineErrorSchema = Type.Object({
  offset: Type.Integer(),
  time: Type.Integer(),
  message: Type.String(),
  jobId: Type.Union([Type.String(), Type.Null()]),
})
export type MachineError = Type.Static<typeof MachineErrorSchema>

/** Everything the panel knows of one machine program, folded from its events. */
export const MachineSchema = Type.Object({
  name: Type.String(),
  /** For an instance (`press_001`) the name of its template (`press`), else null. */
  template: Type.Union([Type.String(), Type.Null()]),
  configType: Type.Union([Type.String(), Type.Null()]),
  /** Null until an event names it. */
  state: Type.Union([Type.String(), Type.Null()]),
  stateSince: Type.Union([Type.Integer(), Type.Null()]),
  firstSeenAt: Type.Integer(),
  /** Null where the machine has never registered (a restarted engine does not). */
  registeredAt: Type.Union([Type.Integer(), Type.Null()]),
  /** How often it registered again. */
  restarts: Type.Integer(),
  terminatedAt: Type.Union([Type.Integer(), Type.Null()]),
  /** Since when it has been called silent for too long; null while it is heard. */
  staleSince: Type.Union([Type.Integer(), Type.Null()]),
  lastEventAt: Type.Integer(),
  lastEventType: Type.String(),
  lastEventOffset: Type.Integer(),
  events: Type.Integer(),
  errors: Type.Integer(),
  lastError: Type.Union([MachineErrorSchema, Type.Null()]),
  /** The last error stands until the machine changes state, completes a job or registers again. */
  errorStanding: Type.Boolean(),
  jobsCompleted: Type.Integer(),
  jobsFailed: Type.Integer(),
  /** Oldest first, bounded; running jobs are kept longest. */
  jobs: Type.Array(JobSchema),
  /** Oldest first, bounded. */
  transitions: Type.Array(TransitionSchema),
  /** Oldest first, bounded. */
  log: Type.Array(LogLineSchema),
})
export type Machine = Type.Static<typeof MachineSchema>

const INSTANCE = /^(.+)_\d{1,6}$/

/** The template of an instance's name: `press_001` → `press`; null for a name without such a suffix. */
export function templateOf(name: string): string | null {
  return INSTANCE.exec(name)?.[1] ?? null
}
