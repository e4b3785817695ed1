export const EXECUTION_LIMITS = {
  /** In all; above it the ended ones go first, then those silent longest. */
  all: 500,
  /** Kept of each machine's past, so that a busy machine does not push out the history of the others. */
  endedPerMachine: 20,
  /** Of one execution: enough for a screen of history; the rest is in the log. */
  steps: 60,
  errors: 20,
  /** Of a workflow's graph: more than that nobody can read on a screen. */
  nodes: 50,
  edges: 200,
  /** Of a step's result and display text, in UTF-16 units: with the steps they are most of a snapshot. */
  text: 300,
} as const
