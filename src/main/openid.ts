import type { Accounts } from '../core/accounts.ts'
import type { AccountStore } from '../core/account-store.ts'
import type { Entrance } from '../core/entrance.ts'
import type { Audit } from '../core/audit.ts'
import type { AuditThrottle } from '../core/audit-throttle.ts'
import type { Clock } from '../core/clock.ts'
import type { Gate } from '../core/gate.ts'
import type { Log } from '../core/log.ts'
import { OpenIdAccounts } from '../core/openid-accounts.ts'
import { OpenIdFlows } from '../core/openid-flows.ts'
import { OpenIdSignIns } from '../core/openid-sign-ins.ts'
import type { SignIns } from '../core/sign-ins.ts'
import type { Problem } from '../shared/health.ts'
import { OpenIdClient } from './adapters/openid-provider.ts'
import type { OpenIdConfig } from './openid-config.ts'

export interface OpenIdParts {
  readonly store: AccountStore
  readonly accounts: Accounts
  readonly signIns: SignIns
  readonly entrance: Entrance
  readonly gate: Gate
  readonly audit: Audit
  readonly refused: AuditThrottle
  readonly clock: Clock
  readonly log: Log
}

export interface OpenId {
  readonly signIns: OpenIdSignIns
  readonly problems: readonly Problem[]
  /** Idempotent. */
  close(): void
}

/** Signing in by OpenID Connect, as it is configured. */
export function openOpenId(config: OpenIdConfig, { store, clock, log, ...parts }: OpenIdParts): OpenId {
  const { rules, label, panel, signInMs, ...client } = config
  const provider = new OpenIdClient({ ...client, roleClaim: rules.roleClaim, panel, clock, log })
  const flows = new OpenIdFlows(clock)
  const openIdAccounts = new OpenIdAccounts(store, clock)
  return {
    signIns: new OpenIdSignIns({ ...parts, provider, rules, label, panel, signInMs, flows, openIdAccounts }),
    get problems() {
      return provider.problems
    },
    close: () => provider.close(),
  }
}
