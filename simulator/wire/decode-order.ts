import type { ContractQuery } from '../contracts/catalogue.js';
import { decodeContract } from './decode-contract.js';
import type { FieldReader } from './field-reader.js';

/** What a client asked for in placeOrder, as said; prices in contract points. */
export interface OrderTerms {
  readonly action: string;
  readonly quantity: number;
  readonly type: string;
  readonly limitPrice: number | undefined;
  readonly auxPrice: number | undefined;
  readonly tif: string;
  readonly ocaGroup: string;
  readonly ocaType: number;
  readonly account: string;
  readonly openClose: string;
  readonly origin: number;
  readonly orderRef: string;
  readonly transmit: boolean;
  readonly parentId: number;
  readonly outsideRth: boolean;
  readonly hidden: boolean;
  readonly displaySize: number;
  readonly triggerMethod: number;
  readonly goodAfterTime: string;
  readonly goodTillDate: string;
  readonly modelCode: string;
  readonly allOrNone: boolean;
  readonly minQuantity: number | undefined;
  readonly whatIf: boolean;
  /** Name of a feature that the order asks for and that the simulator does not have. */
  readonly unsupported: string | undefined;
}

export interface PlaceOrder {
  readonly orderId: number;
  readonly contract: ContractQuery;
  readonly terms: OrderTerms;
}

/** placeOrder (3) for a future, from server version 157 on: there is no version field. */
export function decodePlaceOrder(fields: FieldReader, version: number): PlaceOrder {
  const orderId = fields.id('orderId');
  const contract = decodeContract(fields);
  fields.skip(2, 'secIdType, secId');
  const head = {
    action: fields.text('action').toUpperCase(),
    quantity: fields.number('totalQuantity') ?? 0,
    type: fields.text('orderType').toUpperCase(),
    limitPrice: fields.number('lmtPrice'),
    auxPrice: fields.number('auxPrice'),
    tif: fields.text('tif').toUpperCase() || 'DAY',
    ocaGroup: fields.text('ocaGroup'),
    account: fields.text('account'),
    openClose: fields.text('openClose'),
    origin: fields.integer('origin', 0),
    orderRef: fields.text('orderRef'),
    transmit: fields.flag('transmit'),
    parentId: fields.integer('parentId', 0),
  };
  fields.skip(2, 'blockOrder, sweepToFill');
  const display = {
    displaySize: fields.integer('displaySize', 0),
    triggerMethod: fields.integer('triggerMethod', 0),
    outsideRth: fields.flag('outsideRth'),
    hidden: fields.flag('hidden'),
  };
  fields.skip(2, 'sharesAllocation, discretionaryAmt');
  const times = { goodAfterTime: fields.text('goodAfterTime'), goodTillDate: fields.text('goodTillDate') };
  fields.skip(version < 177 ? 4 : 3, 'financial advisor fields');
  const modelCode = fields.text('modelCode');
  fields.skip(3, 'short sale fields');
  const ocaType = fields.integer('ocaType', 0);
  fields.skip(2, 'rule80A, settlingFirm');
  const allOrNone = fields.flag('allOrNone');
  const minQuantity = fields.number('minQty');
  fields.skip(11, 'percentOffset to overridePercentageConstraints');
  skipVolatility(fields);
  const tail = decodeTail(fields, head.type, version);
  return {
    orderId,
    contract,
    terms: { ...head, ...display, ...times, modelCode, ocaType, allOrNone, minQuantity, ...tail },
  };
}

function skipVolatility(fields: FieldReader): void {
  fields.skip(2, 'volatility, volatilityType');
  const deltaNeutralOrderType = fields.text('deltaNeutralOrderType');
  fields.skip(1, 'deltaNeutralAuxPrice');
  if (deltaNeutralOrderType !== '') fields.skip(8, 'delta neutral order');
  fields.skip(2, 'continuousUpdate, referencePriceType');
}

/** From trailStopPrice to the end: only whatIf matters to a future; the rest is read past, and named if it is used. */
function decodeTail(fields: FieldReader, type: string, version: number) {
  let unsupported: string | undefined;
  fields.skip(4, 'trailing and scale levels');
  const scaleIncrement = fields.number('scalePriceIncrement') ?? 0;
  if (scaleIncrement > 0) {
    unsupported = 'scale orders';
    fields.skip(7, 'scale fields');
  }
  fields.skip(3, 'scaleTable, activeStartTime, activeStopTime');
  if (fields.text('hedgeType') !== '') {
    unsupported = 'hedge orders';
    fields.skip(1, 'hedgeParam');
  }
  fields.skip(4, 'optOutSmartRouting to notHeld');
  if (fields.flag('deltaNeutralContract')) {
    unsupported = 'delta neutral contracts';
    fields.skip(3, 'deltaNeutralContract');
  }
  if (fields.text('algoStrategy') !== '') {
    unsupported = 'algo orders';
    fields.skipList(2, 'algoParams');
  }
  fields.skip(1, 'algoId');
  const whatIf = fields.flag('whatIf');
  fields.skip(4, 'orderMiscOptions to randomizePrice');
  if (type === 'PEG BENCH' || type === 'PEGBENCH') fields.skip(5, 'pegged to benchmark');
  if (fields.integer('conditions count', 0) > 0) return { whatIf, unsupported: 'conditional orders' };
  fields.skip(version < 158 ? 19 : 20, 'adjusted order to duration');
  return { whatIf, unsupported };
}
