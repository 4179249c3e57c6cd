import type { FutureContract } from '../../contracts/contract.js';
import type { GatewayCore } from '../../gateway-core.js';
import { adjustPosition } from '../../orders/adjust-position.js';
import { enterForeignOrder, enterManualOrder, fillAtOnce, plainTerms } from '../../orders/manual-orders.js';
import { isLive } from '../../orders/order.js';
import { publishAccount } from '../../requests/account-requests.js';
import type { Effects } from '../fault-scene.js';

export const handEffects: Effects<
  'manualOrder' | 'manualTrade' | 'otherClientOrder' | 'cancelByHand' | 'closeByHand' | 'adjustPosition'
> = {
  manualOrder(scene, { side, quantity, limitPrice, instrument }) {
    enterManualOrder(scene, plainTerms(side, quantity, limitPrice), contractOf(scene, instrument));
  },
  manualTrade: (scene, { side, quantity, instrument }) =>
    tradeByHand(scene, side, quantity, contractOf(scene, instrument)),
  otherClientOrder(scene, { clientId, side, quantity, limitPrice, instrument }) {
    enterForeignOrder(scene, clientId, plainTerms(side, quantity, limitPrice), contractOf(scene, instrument));
  },
  cancelByHand(scene, { permId }) {
    const theirs = scene.ledger.live().filter(({ clientId }) => clientId !== 0);
    const order = permId === 'newest' ? theirs.at(-1) : scene.ledger.orders.get(permId);
    if (order && isLive(order)) scene.desk.cancelUnasked(order, '');
  },
  closeByHand(scene, { cancelOrders }) {
    if (cancelOrders) scene.desk.cancelAll();
    for (const account of scene.ledger.accounts.values())
      for (const { contract, quantity } of [...account.positions.values()])
        if (quantity !== 0)
          tradeByHand(scene, quantity > 0 ? 'SELL' : 'BUY', Math.abs(quantity), contract, account.name);
  },
  adjustPosition(scene, { quantity, reason, told, execution = reason === 'liquidation', instrument }) {
    const account = scene.ledger.accounts.get(scene.settings.accounts[0]!)!;
    const contract = contractOf(scene, instrument);
    const held = account.positions.get(contract.conId)?.quantity ?? 0;
    adjustPosition(scene, account, contract, quantity ?? -held, execution);
    if (told) publishAccount(scene, account);
  },
};

function tradeByHand(
  core: GatewayCore,
  side: 'BUY' | 'SELL',
  quantity: number,
  contract: FutureContract,
  account = '',
): void {
  const terms = { ...plainTerms(side, quantity, undefined), account };
  const order = enterManualOrder(core, terms, contract);
  fillAtOnce(core, order);
}

function contractOf(core: GatewayCore, instrument: string | undefined): FutureContract {
  const contracts = [...core.markets.values()].map(({ contract }) => contract);
  return contracts.find(({ localSymbol }) => localSymbol === instrument) ?? contracts[0]!;
}
