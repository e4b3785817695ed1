/** The families of events: what an event is about, whatever its exact type. */
export const FAMILIES = [
  'machine',
  'job',
  'log',
  'error',
  'device',
  'flow',
  'workflow',
  'connection',
  'alarm',
  'command',
  'panel',
  'other',
] as const
export type Family = (typeof FAMILIES)[number]

const EXACT: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['machine_registered', 'machine'],
  ['machine_terminated', 'machine'],
  ['machine_stale', 'machine'],
  ['state_change', 'machine'],
  ['activity_log', 'log'],
  ['log_entry', 'log'],
  ['error', 'error'],
  ['error_occurred', 'error'],
  ['connection_event', 'connection'],
  ['status_change', 'flow'],
  ['initial_execution_state', 'flow'],
  ['dashboard_refresh', 'flow'],
  ['hardware_health_update', 'device'],
])

const PREFIXES: readonly (readonly [string, Family])[] = [
  ['job_', 'job'],
  ['device_', 'device'],
  ['tag_', 'device'],
  ['block_', 'flow'],
  ['flow_', 'flow'],
  ['action_template_', 'flow'],
  ['cycle_', 'flow'],
  ['workflow:', 'workflow'],
  ['node:', 'workflow'],
  ['alarm_', 'alarm'],
  ['command_', 'command'],
  ['control_', 'command'],
  ['panel_', 'panel'],
]

/** Event types are free-form, so what is unknown is `other`, never refused. */
export function familyOf(type: string): Family {
  const exact = EXACT.get(type)
  if (exact !== undefined) return exact
  for (const [prefix, family] of PREFIXES) if (type.startsWith(prefix)) return family
  return 'other'
}
