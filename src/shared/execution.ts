import Type from 'typebox'

const Text = Type.Union([Type.String(), Type.Null()])
const Time = Type.Union([Type.Integer(), Type.Null()])

export const EXECUTION_STATUSES = ['running', 'paused', 'completed', 'failed', 'cancelled', 'stopped'] as const
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]

export const STEP_STATUSES = ['running', 'completed', 'failed', 'skipped'] as const
export type StepStatus = (typeof STEP_STATUSES)[number]

/** A block of a flow program or a node of a workflow, as it ran once. Times: epoch milliseconds, the panel's clock. */
export const StepSchema = Type.Object({
  offset: Type.Integer(),
  id: Type.String(),
  name: Text,
  type: Text,
  device: Text,
  status: Type.Enum(STEP_STATUSES),
  /** Null where the panel did not hear of it. */
  startedAt: Time,
  endedAt: Time,
  /** Milliseconds, the machine's own figure where it sent one. */
  duration: Type.Union([Type.Number(), Type.Null()]),
  /** What it says to people, in the machine's language. */
  displayText: Text,
  /** JSON text of its result, bounded. */
  result: Text,
})
export type Step = Type.Static<typeof StepSchema>

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export const ExecutionErrorSchema = Type.Object({
  offset: Type.Integer(),
  time: Type.Integer(),
  message: Type.String(),
  /** `validation`, `execution`, `connection`, `system`, where the engine says so. */
  category: Text,
  severity: Type.Union([Type.Enum(SEVERITIES), Type.Null()]),
  step: Text,
})
export type ExecutionError = Type.Static<typeof ExecutionErrorSchema>

export const PART_STATUSES = ['running', 'completed', 'failed'] as const

/** A workflow's nodes and what follows what, as its engine describes them; bounded. */
export const ExecutionGraphSchema = Type.Object({
  nodes: Type.Array(Type.Object({ id: Type.String(), type: Text, name: Text })),
  edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String() })),
})
export type ExecutionGraph = Type.Static<typeof ExecutionGraphSchema>

/** A running program or workflow, or one that ran. */
export const ExecutionSchema = Type.Object({
  machine: Type.String(),
  id: Type.String(),
  kind: Type.Union([Type.Literal('flow'), Type.Literal('workflow')]),
  /** Id of the program or workflow, where the machine names it. */
  program: Text,
  /** Name of the program or workflow, else the workflow's id. */
  name: Text,
  status: Type.Enum(EXECUTION_STATUSES),
  startedAt: Type.Integer(),
  endedAt: Time,
  /** Flow programs: the latest cycle, and the latest action template, `index` (as the machine counts) of `total`. */
  cycle: Type.Union([Type.Object({ id: Text, name: Text, status: Type.Enum(PART_STATUSES) }), Type.Null()]),
  action: Type.Union([
    Type.Object({
      id: Text,
      name: Text,
      index: Type.Union([Type.Integer(), Type.Null()]),
      total: Type.Union([Type.Integer(), Type.Null()]),
      /** The machine counts from one, not from zero: an index as great as the total was seen. */
      fromOne: Type.Boolean(),
      status: Type.Enum(PART_STATUSES),
    }),
    Type.Null(),
  ]),
  /** Workflows: nodes completed of all, and the engine's own guess of what is left, milliseconds. */
  progress: Type.Union([
    Type.Object({
      completed: Type.Integer(),
      total: Type.Integer(),
      current: Text,
      remaining: Type.Union([Type.Number(), Type.Null()]),
      /** When it said so. */
      at: Type.Integer(),
    }),
    Type.Null(),
  ]),
  /** Workflows: null where the engine did not describe it. */
  graph: Type.Union([ExecutionGraphSchema, Type.Null()]),
  /** Oldest first, bounded; those that run are kept longest. One that runs in an ended execution was cut off. */
  steps: Type.Array(StepSchema),
  /** Oldest first, bounded. */
  errors: Type.Array(ExecutionErrorSchema),
  /** Of the last event that concerned it. */
  lastEventOffset: Type.Integer(),
})
export type Execution = Type.Static<typeof ExecutionSchema>

export function executionKey(machine: string, id: string): string {
  return `${machine}\n${id}`
}

/** What a flow executor says of its hardware. */
export const HardwareHealthSchema = Type.Object({
  machine: Type.String(),
  time: Type.Integer(),
  controllersOnline: Type.Union([Type.Integer(), Type.Null()]),
  totalControllers: Type.Union([Type.Integer(), Type.Null()]),
  criticalIssues: Type.Union([Type.Integer(), Type.Null()]),
})
export type HardwareHealth = Type.Static<typeof HardwareHealthSchema>
