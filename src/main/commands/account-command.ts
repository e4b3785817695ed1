import { Accounts, AccountObjection } from '../../core/accounts.ts'
import { Audit, type Deed } from '../../core/audit.ts'
import { JournalError } from '../../core/journal-store.ts'
import { Passwords } from '../../core/password.ts'
import { type Role, ROLES } from '../../shared/account.ts'
import { createLog } from '../adapters/logger.ts'
import { fileAnchor } from '../adapters/audit-anchor.ts'
import { systemClock } from '../adapters/clock.ts'
import { openAccounts } from '../adapters/sqlite/account-database.ts'
import { SqliteAccountStore } from '../adapters/sqlite/account-store.ts'
import { UsageError } from '../usage-error.ts'
import type { CommandEnd, Terminal } from './command-end.ts'

const USAGE =
  'Write: account list | account add NAME --role ROLE | account password NAME | account disable NAME | account enable NAME'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/

/** Accounts on the command line, for whoever may write the data folder. Passwords are never arguments. */
export async function accountCommand(
  words: readonly string[],
  dataDir: string,
  terminal: Terminal,
): Promise<CommandEnd> {
  const [what = '', name = '', ...rest] = words
  const role = roleOf(rest)
  const needsName = what !== 'list'
  if (needsName && !NAME.test(name)) throw new UsageError(USAGE)
  let store: SqliteAccountStore | undefined
  let audit: Audit | undefined
  try {
    store = new SqliteAccountStore(openAccounts(dataDir))
    if (!store.lasting) return { code: 1, text: `andon: ${dataDir} cannot be written.\n` }
    audit = new Audit({ store, clock: systemClock, anchor: fileAnchor(dataDir), log: createLog('error') })
    const accounts = new Accounts({ store, clock: systemClock, passwords: new Passwords() })
    const trail = audit
    const done = (deed: Deed, text: string): CommandEnd => {
      trail.record({ who: 'command line', from: 'this computer' }, deed)
      return { code: 0, text: `${text}\n` }
    }
    switch (what) {
      case 'list': {
        const lines = accounts.all().map((each) => `${each.name}\t${each.role}${each.disabled ? '\tdisabled' : ''}`)
        return { code: 0, text: lines.length === 0 ? 'There is no account.\n' : `${lines.join('\n')}\n` }
      }
      case 'add': {
        if (!role) throw new UsageError(USAGE)
        if (!accounts.exist && role !== 'administrator') {
          throw new UsageError('The first account must be an administrator: from then on everybody has to sign in.')
        }
        await accounts.add({ name, role, password: await terminal.secret(`Password for ${name}: `) })
        return done({ action: 'account_added', target: name, new: { role } }, `${name} is ${role} now.`)
      }
      case 'password': {
        const { id } = accounts.named(name)
        await accounts.setPassword(name, await terminal.secret(`New password for ${name}: `))
        for (const each of store.signIns()) if (each.account === id) store.deleteSignIn(each.id)
        return done({ action: 'password_set', target: name }, `${name} has a new password.`)
      }
      case 'disable':
      case 'enable': {
        const disabled = what === 'disable'
        accounts.change(name, { disabled })
        return done({ action: 'account_changed', target: name, new: { disabled } }, `${name} is ${what}d.`)
      }
      default:
        throw new UsageError(USAGE)
    }
  } catch (error) {
    if (error instanceof AccountObjection) return { code: 1, text: `andon: ${error.message}\n` }
    if (error instanceof JournalError) return { code: 1, text: `andon: the accounts in ${dataDir} cannot be read.\n` }
    throw error
  } finally {
    audit?.close()
    store?.close()
  }
}

function roleOf(words: readonly string[]): Role | undefined {
  if (words.length === 0) return undefined
  const value = words[0] === '--role' ? words[1] : words[0]?.replace(/^--role=/, '')
  const role = ROLES.find((each) => each === value)
  if (role && words.length <= 2) return role
  throw new UsageError(`${USAGE}. ROLE is one of ${ROLES.join(', ')}.`)
}
