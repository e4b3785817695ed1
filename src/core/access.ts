import type { Me, Role, Scope } from '../shared/account.ts'
import { type Channel, coversDeviceOf, coversMachine, type Filter, filterOf } from '../shared/channel.ts'
import type { CloseCode } from '../shared/close-codes.ts'
import { deviceReference } from '../shared/device.ts'
import type { PlantLookup } from '../shared/plant-lookup.ts'
import type { Stop } from './clock.ts'
import { type Action, may, PLANT_WIDE } from './rights.ts'

export interface AccessOptions {
  /** Equal for everything that is the same somebody: a session can only be taken up again by its owner. */
  readonly owner: string
  /** Name of the account; null for whoever is there while there is none, or at an open local display. */
  readonly account: string | null
  readonly displayName: string
  readonly role: Role
  /** What they may do beyond their role. */
  readonly besides?: ReadonlySet<Action>
  readonly by: Me['by']
  /** Where it comes from, for the audit: an address, or `local display`. */
  readonly from: string
  /** At the machine's own display. */
  readonly local?: boolean
  /** Of a sign-in or a token. */
  readonly credential: string | null
  /** Each narrows what may be seen; null and none: the whole plant. */
  readonly scopes: readonly (Scope | null)[]
  readonly plant: Pick<PlantLookup, 'current' | 'group'>
  /** Calls `ended` once when this is over; returns the function that stops watching. */
  readonly watch: (access: Access, ended: (close: CloseCode) => void) => Stop
  /** Somebody did something with it. */
  readonly used?: () => void
}

/** Who asks, what they may do and what of the plant they may see. Made at each door, asked in the core. */
export class Access {
  readonly #options: AccessOptions
  readonly #scopes: readonly Scope[]
  #plant: unknown
  #filter: Filter | null = null

  constructor(options: AccessOptions) {
    this.#options = options
    this.#scopes = options.scopes.filter((scope) => scope !== null)
  }

  get owner(): string {
    return this.#options.owner
  }

  get account(): string | null {
    return this.#options.account
  }

  get displayName(): string {
    return this.#options.displayName
  }

  get role(): Role {
    return this.#options.role
  }

  get by(): Me['by'] {
    return this.#options.by
  }

  get from(): string {
    return this.#options.from
  }

  get local(): boolean {
    return this.#options.local ?? false
  }

  get credential(): string | null {
    return this.#options.credential
  }

  /** Null: the whole plant. Where several scopes hold at once, the narrowest that was given is told. */
  get scope(): Scope | null {
    return this.#scopes[0] ?? null
  }

  get seesEverything(): boolean {
    return this.#scopes.length === 0
  }

  may(action: Action): boolean {
    const allowed = may(this.role, action) || this.#options.besides?.has(action) === true
    return allowed && (this.seesEverything || !PLANT_WIDE.has(action))
  }

  /** What may be seen, by the plant as it is described now; null: everything. */
  get filter(): Filter | null {
    const { plant } = this.#options
    if (this.#scopes.length > 0 && this.#plant !== plant.current) {
      this.#plant = plant.current
      this.#filter = this.#scopes.reduce<Filter | null>(
        (outer, scope) => filterOf(channelsOf(scope, plant), outer),
        null,
      )
    }
    return this.#filter
  }

  /** All of a machine. */
  seesMachine(machine: string): boolean {
    const { filter } = this
    return filter === null || coversMachine(filter, machine)
  }

  seesDevice(machine: string, id: string): boolean {
    const { filter } = this
    return filter === null || coversDeviceOf(filter, machine, id)
  }

  /** All of a machine, or some device of it. */
  touchesMachine(machine: string): boolean {
    const { filter } = this
    return filter === null || touches(filter, machine)
  }

  /** Whatever belongs to a machine, or to one device of it. */
  sees({ machine, device }: { readonly machine: string; readonly device: string | null }): boolean {
    return this.seesMachine(machine) || (device !== null && this.seesDevice(machine, device))
  }

  watch(ended: (close: CloseCode) => void): Stop {
    return this.#options.watch(this, ended)
  }

  used(): void {
    this.#options.used?.()
  }
}

function touches(filter: Filter, machine: string): boolean {
  if (filter.scope && !touches(filter.scope, machine)) return false
  if (filter.all || filter.machines.has(machine)) return true
  const prefix = deviceReference(machine, '')
  for (const device of filter.devices) if (device.startsWith(prefix)) return true
  return false
}

function channelsOf({ machines, groups }: Scope, plant: Pick<PlantLookup, 'group'>): Channel[] {
  const devices = groups.flatMap((name) => plant.group(name) ?? [])
  return [
    ...machines.map((name) => `machine:${name}`),
    ...devices.map(({ machine, device }) => `device:${deviceReference(machine, device)}`),
  ]
}
