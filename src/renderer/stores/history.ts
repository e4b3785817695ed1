import { defineStore } from 'pinia'
import { markRaw } from 'vue'
import { History } from '../model/history.ts'

/** The panel's past, asked of where the page came from. */
export const useHistory = defineStore('history', () => ({ api: markRaw(new History(document.baseURI)) }))
