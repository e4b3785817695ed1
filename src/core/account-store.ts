import type { AuditRow, Role, Scope } from '../shared/account.ts'
import type { PasswordHash } from './password.ts'

/** A PIN as it is kept, with its own count of wrong ones. */
export interface PinRecord {
  readonly hash: PasswordHash
  readonly failed: number
  readonly lockedUntil: number | null
}

export interface AccountRecord {
  /** Never given twice: what belonged to a deleted account does not come back with its name. */
  readonly id: number
  /** In small letters. */
  readonly name: string
  readonly displayName: string
  readonly role: Role
  readonly scope: Scope | null
  /** Null: the provider of OpenID Connect vouches for whoever has it. */
  readonly password: PasswordHash | null
  /** For the machine's own display alone; null where there is none. */
  readonly pin: PinRecord | null
  readonly disabled: boolean
  /** Wrong passwords in a row, and until when nobody gets in; epoch milliseconds. */
  readonly failed: number
  readonly lockedUntil: number | null
  readonly created: number
}

/** Whom a provider of OpenID Connect means; neither part alone says anything. */
export interface OpenIdSubject {
  readonly issuer: string
  readonly subject: string
}

/** A browser that is signed in. Only hashes of its secrets are kept. */
export interface SignInRecord {
  readonly id: string
  readonly account: number
  readonly hash: string
  /** The secret before the latest change, good until the new one was seen and a little longer. */
  readonly previous: string | null
  readonly rotatedAt: number
  /** When the new secret was first seen; null where it was not yet. */
  readonly seenAt: number | null
  readonly created: number
  readonly lastUsed: number
  readonly expires: number
  readonly address: string
  readonly agent: string
}

export interface TokenRecord {
  readonly id: string
  readonly account: number
  readonly name: string
  readonly hash: string
  readonly role: Role
  readonly scope: Scope | null
  readonly created: number
  readonly expires: number
  readonly lastUsed: number | null
  readonly revoked: number | null
}

export interface AuditQuery {
  readonly who?: string | undefined
  readonly action?: string | undefined
  /** Found anywhere in the row, upper and lower case alike. */
  readonly text?: string | undefined
  /** `done`: what came to something; `not_done`: what was refused or failed. */
  readonly outcome?: 'done' | 'not_done' | undefined
  /** Epoch milliseconds, both inclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Newest first, rows before this number. */
  readonly before?: number | undefined
  readonly limit: number
}

/** The end of the chain. `count` 0: there is no row yet. */
export interface AuditHead {
  readonly count: number
  readonly hash: string
}

/**
 * What is known of people. Synchronous: it is small, asked for with every request, and what it says must hold in the
 * same moment. Everything throws a JournalError.
 */
export interface AccountStore {
  /** False where it is in memory only, because the data folder cannot be written. */
  readonly lasting: boolean
  accounts(): AccountRecord[]
  /** How many there are. */
  readonly size: number
  account(name: string): AccountRecord | undefined
  accountById(id: number): AccountRecord | undefined
  /** The account that is bound to this subject. */
  accountOf(subject: OpenIdSubject): AccountRecord | undefined
  /** With the subject that it is bound to, where it has no password. */
  addAccount(account: Omit<AccountRecord, 'id'>, subject?: OpenIdSubject): AccountRecord
  saveAccount(account: AccountRecord): void
  /** With its sign-ins and tokens. */
  deleteAccount(id: number): void
  signIns(): SignInRecord[]
  signIn(id: string): SignInRecord | undefined
  saveSignIn(signIn: SignInRecord): void
  deleteSignIn(id: string): void
  tokens(): TokenRecord[]
  token(id: string): TokenRecord | undefined
  saveToken(token: TokenRecord): void
  deleteToken(id: string): void
  /** Adds the row that follows the last one. */
  appendAudit(next: (last: AuditHead) => readonly AuditRow[]): void
  audit(query: AuditQuery): AuditRow[]
  /** At most so many rows in order, from the one after `after` on. */
  auditPage(after: number, limit: number): AuditRow[]
  /** Every row in order, as it is kept. */
  auditRows(): Iterable<AuditRow>
  readonly auditHead: AuditHead
  /** True where another process has changed something since this was asked last. */
  changedElsewhere(): boolean
  close(): void
}
