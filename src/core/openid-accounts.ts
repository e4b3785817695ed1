import type { AccountRecord, AccountStore, OpenIdSubject } from './account-store.ts'
import type { Clock } from './clock.ts'
import type { OpenIdGrant } from './openid-grant.ts'

/**
 * Accounts of people whom a provider vouches for. They are found by issuer and subject alone: whoever gets the name or the
 * e-mail address of somebody else at the provider does not get their account, and never that of somebody with a password.
 */
export class OpenIdAccounts {
  readonly #store: AccountStore
  readonly #clock: Clock

  constructor(store: AccountStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  find(subject: OpenIdSubject): AccountRecord | undefined {
    return this.#store.accountOf(subject)
  }

  /** A new account, under the next free name where this one is taken. Throws a JournalError. */
  add(
    subject: OpenIdSubject,
    names: { readonly name: string; readonly displayName: string },
    { role, scope }: OpenIdGrant,
  ): AccountRecord {
    const record = {
      name: this.#free(names.name),
      displayName: names.displayName,
      role,
      scope,
      password: null,
      pin: null,
      disabled: false,
      failed: 0,
      lockedUntil: null,
      created: this.#clock.now(),
    }
    return this.#store.addAccount(record, subject)
  }

  /** What the provider says today counts, whatever it was. Throws a JournalError. */
  renew(account: AccountRecord, { role, scope }: OpenIdGrant): AccountRecord {
    const now = { ...account, role, scope }
    if (JSON.stringify(now) !== JSON.stringify(account)) this.#store.saveAccount(now)
    return now
  }

  #free(name: string): string {
    for (let count = 2, free = name; ; free = `${name}-${count}`, count += 1) {
      if (!this.#store.account(free)) return free
    }
  }
}
