import type { Gate } from './gate.ts'
import type { AdmittedSource, IngestAdmission, RefusedSource } from './ingest-admission.ts'
import { forbiddenMessage } from './rights.ts'

const NO_TOKEN: RefusedSource = {
  refused: 'token',
  message: 'Send events with a token that counts: Authorization: Bearer andon_pat_… See “Accounts” in the README.',
}

/** Lets those send events over the network who show an access token with the right to; of machines in its scope alone. */
export class TokenAdmission implements IngestAdmission {
  readonly #gate: Pick<Gate, 'identify'>

  constructor(gate: Pick<Gate, 'identify'>) {
    this.#gate = gate
  }

  admit(token: string, address: string): AdmittedSource | RefusedSource {
    const known = this.#gate.identify({ bearer: token, cookie: null, address, local: false, rotate: false })
    // Before there are accounts anybody is somebody, but nobody has a token.
    if (known.kind === 'unknown' || known.access.by !== 'token') return NO_TOKEN
    const { access } = known
    if (!access.may('ingest')) return { refused: 'rights', message: forbiddenMessage(access.role, 'ingest') }
    return {
      source: `${access.account ?? ''}, token ${access.credential ?? ''}`,
      mayWrite: (machine) => access.seesMachine(machine),
    }
  }
}
