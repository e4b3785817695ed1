import { AccessTokens } from '../core/access-tokens.ts'
import { Accounts } from '../core/accounts.ts'
import { Administration } from '../core/administration.ts'
import { Audit } from '../core/audit.ts'
import { AuditThrottle } from '../core/audit-throttle.ts'
import type { Clock } from '../core/clock.ts'
import { Display } from '../core/display.ts'
import { Entrance } from '../core/entrance.ts'
import { FirstCode } from '../core/first-code.ts'
import { Gate } from '../core/gate.ts'
import { JournalError } from '../core/journal-store.ts'
import type { Log } from '../core/log.ts'
import { Passwords, type ScryptCost } from '../core/password.ts'
import type { OpenIdSignIns } from '../core/openid-sign-ins.ts'
import type { DescribedPlant } from '../core/plant.ts'
import { SignIns } from '../core/sign-ins.ts'
import type { Problem } from '../shared/health.ts'
import { fileAnchor } from './adapters/audit-anchor.ts'
import { openAccounts } from './adapters/sqlite/account-database.ts'
import { SqliteAccountStore } from './adapters/sqlite/account-store.ts'
import type { Config } from './config.ts'
import { type OpenId, openOpenId } from './openid.ts'

export interface IdentityOptions {
  readonly config: Pick<Config, 'dataDir' | 'localDisplay' | 'lockAfterMs' | 'signInsPerAccount' | 'openId'>
  readonly clock: Clock
  readonly log: Log
  readonly plant: DescribedPlant
  readonly surroundings: {
    readonly scryptCost?: ScryptCost
    readonly tellCode?: (code: string) => void
    readonly leaveKiosk?: () => void
  }
}

/** Who people are, what they may, and what they did. */
export interface Identity {
  readonly gate: Gate
  readonly administration: Administration
  readonly audit: Audit
  /** Null where it is not configured. */
  readonly openId: OpenIdSignIns | null
  readonly problems: readonly Problem[]
  /** Idempotent. */
  close(): void
}

/** The accounts cannot be opened; the message says what to do. */
export class AccountsUnreadable extends Error {
  override readonly name = 'AccountsUnreadable'
}

/** Throws {@link AccountsUnreadable}: to go on without the accounts that there are would open the panel to everybody. */
export function openIdentity({ config, clock, log, plant, surroundings }: IdentityOptions): Identity {
  const { dataDir, localDisplay, lockAfterMs, signInsPerAccount, openId: settings } = config
  const store = openStore(dataDir)
  if (!store.lasting) log.warn({}, 'nobody can be given an account, because the data folder cannot be written')
  const accounts = new Accounts({ store, clock, passwords: new Passwords(surroundings.scryptCost) })
  const signIns = new SignIns(store, clock, signInsPerAccount)
  const tokens = new AccessTokens(store, clock)
  const anchor = store.lasting ? fileAnchor(dataDir) : { write: () => undefined, read: () => store.auditHead }
  const audit = new Audit({ store, clock, anchor, log })
  const refused = new AuditThrottle(audit, clock)
  const display = new Display({ clock, asks: localDisplay, lockAfterMs })
  const gate = new Gate({ store, accounts, signIns, tokens, audit, clock, log, plant, display })
  const code = new FirstCode(clock, surroundings.tellCode ?? null)
  const leaveKiosk = surroundings.leaveKiosk ?? null
  const entrance = new Entrance({ store, accounts, signIns, audit, refused, gate, display, code, clock, leaveKiosk })
  const { count, hash } = store.auditHead
  // Also where only the system's log keeps it: whoever can write the data folder cannot change that.
  if (count > 0) log.info({ rows: count, hash }, 'the audit goes on')
  const administration = new Administration({ accounts, signIns, tokens, audit, gate, display, clock, entrance })
  const parts = { store, accounts, signIns, entrance, gate, audit, refused, clock, log }
  const openId: OpenId | null = settings && openOpenId(settings, parts)
  let closed = false
  return {
    gate,
    audit,
    administration,
    openId: openId && openId.signIns,
    get problems() {
      return [...(audit.failed ? [AUDIT_FAILED] : []), ...(openId?.problems ?? [])]
    },
    close() {
      if (closed) return
      closed = true
      openId?.close()
      gate.close()
      refused.close()
      audit.close()
      try {
        const head = store.auditHead
        if (head.count > 0) log.info({ rows: head.count, hash: head.hash }, 'the audit ends')
      } catch (error) {
        log.error({ err: error }, 'the end of the audit cannot be read')
      }
      store.close()
    },
  }
}

const AUDIT_FAILED: Problem = {
  code: 'audit_failed',
  message: 'What people do is not written down in the audit.',
  remedy: 'Check the disk of the data folder. Writing goes on by itself when it answers again.',
}

function openStore(dataDir: string): SqliteAccountStore {
  try {
    return new SqliteAccountStore(openAccounts(dataDir))
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    const what = error.fault === 'newer_version' ? 'was written by a newer version' : 'cannot be read'
    throw new AccountsUnreadable(
      `The accounts in ${dataDir} (accounts.db) are there and ${error.fault === 'in_use' ? 'in use' : what}. ` +
        'Restore the file from a backup, or choose another folder with --data-dir.',
    )
  }
}
