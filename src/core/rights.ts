import { type Action, type Role, ROLES } from '../shared/account.ts'

export { type Action, ACTIONS } from '../shared/account.ts'

/**
 * Everything that somebody may do or be kept from, and from which role on. The one table: ws, REST and the window's port
 * all ask it, through {@link may}.
 */
const LEAST_ROLE = {
  /** Snapshots, events, queries, past states, trends, what is described. */
  view: 'viewer',
  /** Events and values as files. */
  export: 'viewer',
  /** Own password, own tokens, own browsers. */
  own_account: 'viewer',
  /** Take control of a machine, keep it, give it back. */
  control: 'operator',
  command: 'operator',
  write: 'operator',
  stop: 'operator',
  /** Acknowledge, reset, silence, comment. */
  alarm_acknowledge: 'operator',
  /** Put aside for a while, and take back. */
  alarm_shelve: 'operator',
  /** Who watches, from where, what was refused; figures of the panel itself. */
  diagnostics: 'operator',
  /** Figures for Prometheus: of the whole plant. */
  metrics: 'viewer',
  /** Send events as machines do, over the network. */
  ingest: 'engineer',
  /** Out of service and back: only maintenance may. */
  alarm_service: 'engineer',
  accounts: 'administrator',
  /** See and end other people's browsers and tokens. */
  sessions: 'administrator',
  audit: 'administrator',
  /** The panel's own: its address, how long it remembers; and starting it again. */
  settings: 'administrator',
} as const satisfies Record<Action, Role>

/** These show or change the panel as a whole: nobody may who may not see the whole plant. */
export const PLANT_WIDE: ReadonlySet<Action> = new Set<Action>([
  'diagnostics',
  'metrics',
  'accounts',
  'sessions',
  'audit',
  'settings',
])

/** True where somebody of this role may do this, as far as the role decides. */
export function may(role: Role, action: Action): boolean {
  return isAtLeast(role, LEAST_ROLE[action])
}

export function isAtLeast(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(other)
}

/** The lesser of two roles. */
export function lesserRole(a: Role, b: Role): Role {
  return isAtLeast(a, b) ? b : a
}

/** For people: why not, and what to do. */
export function forbiddenMessage(role: Role, action: Action): string {
  const least = LEAST_ROLE[action]
  const enough = least === ROLES.at(-1) ? `the role ${least}` : `the role ${least} or above`
  const need = may(role, action) ? 'an account for the whole plant' : enough
  return `This needs ${need}; you have the role ${role}. Ask an administrator.`
}
