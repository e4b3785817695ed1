import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'
import type {
  AccountRecord,
  AccountStore,
  AuditHead,
  AuditQuery,
  OpenIdSubject,
  PinRecord,
  SignInRecord,
  TokenRecord,
} from '../../../core/account-store.ts'
import type { AuditRow, Role, Scope } from '../../../shared/account.ts'
import { lastingly, type OpenedAccounts } from './account-database.ts'
import { journalError } from './fault.ts'
import { inTransaction } from './trend-database.ts'

/** Of what was done, or is under way. */
const GOOD_RESULTS = "'done', 'asked', 'granted', 'waiting'"

type Values = (string | number | null)[]

interface AccountRow {
  readonly id: number
  readonly name: string
  readonly display_name: string
  readonly role: Role
  readonly scope: string | null
  readonly n: number
  readonly r: number
  readonly p: number
  readonly salt: string
  readonly hash: string
  readonly disabled: number
  readonly failed: number
  readonly locked_until: number | null
  readonly created: number
  readonly pin: string | null
}

interface SignInRow {
  readonly id: string
  readonly account: number
  readonly hash: string
  readonly previous: string | null
  readonly rotated_at: number
  readonly seen_at: number | null
  readonly created: number
  readonly last_used: number
  readonly expires: number
  readonly address: string
  readonly agent: string
}

interface TokenRow {
  readonly id: string
  readonly account: number
  readonly name: string
  readonly hash: string
  readonly role: Role
  readonly scope: string | null
  readonly created: number
  readonly expires: number
  readonly last_used: number | null
  readonly revoked: number | null
}

/**
 * Accounts in SQLite, in the main thread: a few rows that every request asks for, each in some microseconds, where a
 * thread would make every answer wait for another one's. Nothing is kept in memory, so that what the command line changes
 * beside the running panel counts at once.
 */
export class SqliteAccountStore implements AccountStore {
  readonly lasting: boolean
  readonly #database: DatabaseSyncInstance
  readonly #statements = new Map<string, StatementSyncInstance>()
  #version: number

  constructor({ database, lasting }: OpenedAccounts) {
    this.#database = database
    this.lasting = lasting
    this.#version = this.#dataVersion()
  }

  accounts(): AccountRecord[] {
    return this.#all<AccountRow>('SELECT * FROM accounts ORDER BY name').map(accountOf)
  }

  get size(): number {
    return (this.#get('SELECT count(*) AS count FROM accounts') as { count: number } | undefined)?.count ?? 0
  }

  account(name: string): AccountRecord | undefined {
    const row = this.#get('SELECT * FROM accounts WHERE name = ?', name) as AccountRow | undefined
    return row && accountOf(row)
  }

  accountById(id: number): AccountRecord | undefined {
    const row = this.#get('SELECT * FROM accounts WHERE id = ?', id) as AccountRow | undefined
    return row && accountOf(row)
  }

  accountOf({ issuer, subject }: OpenIdSubject): AccountRecord | undefined {
    const row = this.#get(
      'SELECT accounts.* FROM openid_subjects JOIN accounts ON id = account WHERE issuer = ? AND subject = ?',
      issuer,
      subject,
    ) as AccountRow | undefined
    return row && accountOf(row)
  }

  addAccount(account: Omit<AccountRecord, 'id'>, subject?: OpenIdSubject): AccountRecord {
    let id = 0
    this.#lastingly(() => {
      const { lastInsertRowid } = this.#prepare(
        `INSERT INTO accounts (name, display_name, role, scope, n, r, p, salt, hash, disabled, failed, locked_until, created, pin)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(...accountValues(account))
      id = Number(lastInsertRowid)
      if (!subject) return
      this.#prepare('INSERT INTO openid_subjects VALUES (?, ?, ?)').run(id, subject.issuer, subject.subject)
    })
    return { ...account, id }
  }

  saveAccount(account: AccountRecord): void {
    this.#lastingly(() =>
      this.#prepare(
        `UPDATE accounts SET name = ?, display_name = ?, role = ?, scope = ?, n = ?, r = ?, p = ?, salt = ?, hash = ?,
         disabled = ?, failed = ?, locked_until = ?, created = ?, pin = ? WHERE id = ?`,
      ).run(...accountValues(account), account.id),
    )
  }

  deleteAccount(id: number): void {
    this.#lastingly(() => this.#prepare('DELETE FROM accounts WHERE id = ?').run(id))
  }

  signIns(): SignInRecord[] {
    return this.#all<SignInRow>('SELECT * FROM sign_ins').map(signInOf)
  }

  signIn(id: string): SignInRecord | undefined {
    const row = this.#get('SELECT * FROM sign_ins WHERE id = ?', id) as SignInRow | undefined
    return row && signInOf(row)
  }

  saveSignIn(signIn: SignInRecord): void {
    const { id, account, hash, previous, rotatedAt, seenAt, created, lastUsed, expires, address, agent } = signIn
    const values = [id, account, hash, previous, rotatedAt, seenAt, created, lastUsed, expires, address, agent]
    this.#guard(() =>
      this.#prepare('INSERT OR REPLACE INTO sign_ins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(...values),
    )
  }

  deleteSignIn(id: string): void {
    this.#lastingly(() => this.#prepare('DELETE FROM sign_ins WHERE id = ?').run(id))
  }

  tokens(): TokenRecord[] {
    return this.#all<TokenRow>('SELECT * FROM tokens ORDER BY created').map(tokenOf)
  }

  token(id: string): TokenRecord | undefined {
    const row = this.#get('SELECT * FROM tokens WHERE id = ?', id) as TokenRow | undefined
    return row && tokenOf(row)
  }

  deleteToken(id: string): void {
    this.#guard(() => this.#prepare('DELETE FROM tokens WHERE id = ?').run(id))
  }

  saveToken(token: TokenRecord): void {
    const { id, account, name, hash, role, scope, created, expires, lastUsed, revoked } = token
    const values = [id, account, name, hash, role, textOf(scope), created, expires, lastUsed, revoked]
    const save = (): void => {
      this.#prepare('INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(...values)
    }
    // When it was last used may be lost; that it was revoked may not.
    if (revoked === null && lastUsed !== null) this.#guard(save)
    else this.#lastingly(save)
  }

  appendAudit(next: (last: AuditHead) => readonly AuditRow[]): void {
    this.#guard(() =>
      inTransaction(this.#database, () => {
        const rows = next(this.#head())
        for (const { number, time, who, from, action, target, old, new: now, result, hash } of rows) {
          const values = [number, time, who, from, action, target, old, now, result, hash]
          this.#prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(...values)
        }
        const last = rows.at(-1)
        if (last) this.#prepare('UPDATE audit_head SET count = ?, hash = ?').run(last.number, last.hash)
      }),
    )
  }

  auditPage(after: number, limit: number): AuditRow[] {
    return this.#all<AuditRow>('SELECT * FROM audit WHERE number > ? ORDER BY number LIMIT ?', after, limit)
  }

  audit({ who, action, text, outcome, from, to, before, limit }: AuditQuery): AuditRow[] {
    const conditions: string[] = ['1']
    const values: Values = []
    const add = (condition: string, value: string | number | undefined): void => {
      if (value === undefined) return
      conditions.push(condition)
      values.push(value)
    }
    add('who = ?', who)
    add('action = ?', action)
    if (outcome) conditions.push(`result ${outcome === 'done' ? '' : 'NOT '}IN (${GOOD_RESULTS})`)
    add('time >= ?', from)
    add('time <= ?', to)
    add('number < ?', before)
    add(
      `instr(lower(who || ' ' || "from" || ' ' || action || ' ' || target || ' ' || coalesce(old, '') || ' ' || coalesce(new, '') || ' ' || result), ?) > 0`,
      text?.toLowerCase(),
    )
    const sql = `SELECT * FROM audit WHERE ${conditions.join(' AND ')} ORDER BY number DESC LIMIT ?`
    return this.#all<AuditRow>(sql, ...values, limit)
  }

  *auditRows(): Generator<AuditRow, void, undefined> {
    const rows = this.#database.prepare('SELECT * FROM audit ORDER BY number').iterate() as Iterable<unknown>
    for (const row of rows as Iterable<AuditRow>) yield { ...row }
  }

  get auditHead(): AuditHead {
    return this.#guard(() => this.#head())
  }

  /** Everything that is read within is of the same moment. */
  snapshot<T>(read: (store: this) => T): T {
    return this.#guard(() => {
      this.#database.exec('BEGIN')
      try {
        return read(this)
      } finally {
        this.#database.exec('ROLLBACK')
      }
    })
  }

  changedElsewhere(): boolean {
    const version = this.#dataVersion()
    const changed = version !== this.#version
    this.#version = version
    return changed
  }

  /** Idempotent. */
  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #head(): AuditHead {
    const row = this.#prepare('SELECT count, hash FROM audit_head').get() as AuditHead | undefined
    if (!row) throw new Error('the audit has no head')
    return row
  }

  /** Changes with every commit of another connection. */
  #dataVersion(): number {
    return (this.#get('PRAGMA data_version') as { data_version: number } | undefined)?.data_version ?? 0
  }

  #all<Row>(sql: string, ...values: Values): Row[] {
    return this.#guard(() => this.#prepare(sql).all(...values) as unknown as Row[])
  }

  #get(sql: string, ...values: Values): unknown {
    return this.#guard(() => this.#prepare(sql).get(...values))
  }

  #lastingly(run: () => unknown): void {
    this.#guard(() => lastingly(this.#database, () => void run()))
  }

  #prepare(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)))
    return statement
  }

  #guard<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      throw journalError(error)
    }
  }
}

function accountOf(row: AccountRow): AccountRecord {
  const { id, name, display_name: displayName, role, n, r, p, salt, hash, failed, created } = row
  return {
    id,
    name,
    displayName,
    role,
    scope: scopeOf(row.scope),
    password: hash === '' ? null : { N: n, r, p, salt, hash },
    disabled: row.disabled !== 0,
    failed,
    lockedUntil: row.locked_until,
    pin: row.pin === null ? null : (JSON.parse(row.pin) as PinRecord),
    created,
  }
}

const NO_PASSWORD = { N: 0, r: 0, p: 0, salt: '', hash: '' } as const

function accountValues(account: Omit<AccountRecord, 'id'>): Values {
  const { name, displayName, role, scope, password, pin, disabled, failed, lockedUntil, created } = account
  const { N, r, p, salt, hash } = password ?? NO_PASSWORD
  const flag = disabled ? 1 : 0
  const pinText = pin && JSON.stringify(pin)
  return [name, displayName, role, textOf(scope), N, r, p, salt, hash, flag, failed, lockedUntil, created, pinText]
}

function signInOf(row: SignInRow): SignInRecord {
  const { id, account, hash, previous, created, expires, address, agent } = row
  const times = { rotatedAt: row.rotated_at, seenAt: row.seen_at, lastUsed: row.last_used }
  return { id, account, hash, previous, ...times, created, expires, address, agent }
}

function tokenOf(row: TokenRow): TokenRecord {
  const { id, account, name, hash, role, created, expires, last_used: lastUsed, revoked } = row
  return { id, account, name, hash, role, scope: scopeOf(row.scope), created, expires, lastUsed, revoked }
}

function scopeOf(text: string | null): Scope | null {
  return text === null ? null : (JSON.parse(text) as Scope)
}

function textOf(scope: Scope | null): string | null {
  return scope && JSON.stringify(scope)
}
