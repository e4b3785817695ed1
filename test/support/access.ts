import { Access, type AccessOptions } from '../../src/core/access.ts'
import { PlantLookup } from '../../src/shared/plant-lookup.ts'

/** Somebody as a test wants them; by default whoever is there while there is no account. */
export function testAccess(options: Partial<AccessOptions> = {}): Access {
  return new Access({
    owner: 'open',
    account: null,
    displayName: 'Operator',
    role: 'engineer',
    by: 'open',
    from: '127.0.0.1',
    credential: null,
    scopes: [],
    plant: new PlantLookup(),
    watch: () => () => undefined,
    ...options,
  })
}

export const OPEN = testAccess()
