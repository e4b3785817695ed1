import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits as text: too many to guess, so that a plain hash of it is enough to keep. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function newSecretId(): string {
  return randomBytes(9).toString('base64url')
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Takes as long wherever the two differ. */
export function isSecret(secret: string, hash: string): boolean {
  const [a, b] = [Buffer.from(hashSecret(secret)), Buffer.from(hash)]
  return a.length === b.length && timingSafeEqual(a, b)
}
