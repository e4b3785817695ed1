import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { PASSWORD_LENGTH } from '../shared/account.ts'

/** Cost of a hash (RFC 7914): memory is 128·N·r bytes. */
export interface ScryptCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** One of OWASP's equal choices: 32 MiB each, which a small control PC has to spare. */
export const SCRYPT_COST: ScryptCost = { N: 32_768, r: 8, p: 3 }

/** A password as it is kept. `salt` and `hash` are base64url. */
export interface PasswordHash extends ScryptCost {
  readonly salt: string
  readonly hash: string
}

/** Hashes at a time: each takes memory and one of libuv's four threads, which files need too. */
const MOST_RUNNING = 2
const MOST_WAITING = 32

/** Too many are being checked already. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy'
}

/** Hashes and checks passwords; the same time is spent on a name that nobody has. */
export class Passwords {
  readonly #cost: ScryptCost
  readonly #waiting: (() => void)[] = []
  #running = 0
  /** What a password for an unknown name is checked against. */
  readonly #nobody: PasswordHash

  constructor(cost: ScryptCost = SCRYPT_COST) {
    this.#cost = cost
    this.#nobody = { ...cost, salt: randomBytes(16).toString('base64url'), hash: randomBytes(32).toString('base64url') }
  }

  /** Whoever hashes or checks in the same turn is taken. Throws {@link PasswordsBusy}. */
  requireRoom(): void {
    if (this.#running >= MOST_RUNNING && this.#waiting.length >= MOST_WAITING)
      throw new PasswordsBusy('Too many passwords are being checked.')
  }

  async hash(password: string): Promise<PasswordHash> {
    const salt = randomBytes(16)
    const hash = await this.#derive(password, salt, 32, this.#cost)
    return { ...this.#cost, salt: salt.toString('base64url'), hash: hash.toString('base64url') }
  }

  /** True where it is the password. Null stands for an account that does not exist: always false, as slowly. */
  async verify(password: string, kept: PasswordHash | null): Promise<boolean> {
    const { salt, hash, ...cost } = kept ?? this.#nobody
    const expected = Buffer.from(hash, 'base64url')
    const found = await this.#derive(password, Buffer.from(salt, 'base64url'), expected.length, cost)
    return timingSafeEqual(found, expected) && kept !== null
  }

  /** True where it was hashed with less than what is asked for today. */
  isWeak({ N, r, p }: PasswordHash): boolean {
    return N * r * p < this.#cost.N * this.#cost.r * this.#cost.p || N < this.#cost.N
  }

  async #derive(password: string, salt: Buffer, length: number, { N, r, p }: ScryptCost): Promise<Buffer> {
    await this.#turn()
    try {
      return await new Promise((resolve, reject) => {
        // The same letters may be typed as different code points.
        scrypt(password.normalize('NFKC'), salt, length, { N, r, p, maxmem: 256 * N * r + 1_048_576 }, (error, key) => {
          if (error) reject(error)
          else resolve(key)
        })
      })
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    this.requireRoom()
    if (this.#running >= MOST_RUNNING) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running += 1
  }
}

/** What is wrong with a new password, for people; null where nothing is. */
export function passwordObjection(password: string, accountName: string): string | null {
  const { length } = Array.from(password)
  if (length < PASSWORD_LENGTH.least) return `A password must have at least ${PASSWORD_LENGTH.least} characters.`
  if (length > PASSWORD_LENGTH.most) return `A password may have at most ${PASSWORD_LENGTH.most} characters.`
  if (new Set(password).size < 4) return 'A password must not be a few characters over and over.'
  if (password.toLowerCase().includes(accountName.toLowerCase()) && length < accountName.length + 8) {
    return 'A password must not be the name with little else.'
  }
  return null
}
