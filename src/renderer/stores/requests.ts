import { Requests } from '../model/requests.ts'

/** What is asked of the panel that the page came from. */
export const requests = new Requests(document.baseURI)
