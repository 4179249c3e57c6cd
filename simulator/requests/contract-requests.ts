import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import { tradingHours } from '../contracts/trading-hours.js';
import { decimal } from '../wire/decimal.js';
import {
  encodeContractDetails,
  encodeContractDetailsEnd,
  encodeSymbolSamples,
  MARKET_RULE_ID,
} from '../wire/encode-contract.js';
import type { Handlers } from './handlers.js';

export const contractRequests: Handlers<'reqContractDetails' | 'reqMatchingSymbols' | 'reqMarketRule'> = {
  reqContractDetails(core, session, { reqId, contract }) {
    const found = core.catalogue.find(contract);
    if (found.length === 0) return session.error(reqId, 200, 'No security definition has been found for the request');
    for (const one of found) {
      const { electronic, regular } = tradingHours(core.nowMs(), calendarOfInstrument(one.localSymbol));
      const hours = { electronic, regular: core.settings.liquidHours ?? regular };
      session.send(encodeContractDetails(session.version, reqId, one, hours));
    }
    session.send(encodeContractDetailsEnd(reqId));
  },
  reqMatchingSymbols: (core, session, { reqId, pattern }) =>
    session.send(encodeSymbolSamples(session.version, reqId, core.catalogue.findSymbols(pattern))),
  reqMarketRule(core, session, { marketRuleId }) {
    const [market] = core.markets.values();
    if (marketRuleId !== MARKET_RULE_ID || !market)
      return session.error(-1, 321, `Error validating request: unknown market rule ${marketRuleId}`);
    session.send([93, marketRuleId, 1, 0, decimal(market.contract.tickSize)]);
  },
};
