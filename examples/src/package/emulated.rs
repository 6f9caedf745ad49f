//! An emulated package: one value over the emulators of all of them.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_emulator::myob::MyobEmulator;
use factory_accounting_emulator::qbo::QboEmulator;
use factory_accounting_emulator::xero::XeroEmulator;
use factory_accounting_emulator::{Delivery, DeliveryAnswer, FaultRule, Outcome, Package as Server};
use http::Request;
use serde_json::Value;

use super::{Package, myob, qbo, xero};
use crate::emulator::Start;

/// A package's servers in this process.
#[derive(Clone, Debug)]
pub enum Emulated {
    /// Xero.
    Xero(Box<XeroEmulator>),
    /// QuickBooks Online.
    Qbo(Box<QboEmulator>),
    /// MYOB Business.
    Myob(Box<MyobEmulator>),
}

impl Emulated {
    /// The servers, with freshly seeded books of one company.
    #[must_use]
    pub fn new(start: &Start) -> Self {
        match start.place.package {
            Package::Xero => Self::Xero(Box::new(xero::emulator(start))),
            Package::Qbo => Self::Qbo(Box::new(qbo::emulator(start))),
            Package::Myob => Self::Myob(Box::new(myob::emulator(start))),
        }
    }

    /// Adds a fault.
    pub fn inject(&mut self, fault: FaultRule) {
        match self {
            Self::Xero(xero) => xero.inject(fault),
            Self::Qbo(qbo) => qbo.inject(fault),
            Self::Myob(myob) => myob.inject(fault),
        }
    }

    /// Refuses no call for its number.
    pub fn lift_limits(&mut self) {
        match self {
            Self::Xero(xero) => xero.set_limits(factory_accounting_emulator::xero::RateLimits::off()),
            Self::Qbo(qbo) => qbo.set_limits(factory_accounting_emulator::qbo::RateLimits::off()),
            Self::Myob(myob) => myob.set_limits(factory_accounting_emulator::myob::RateLimits::off()),
        }
    }

    fn server(&self) -> &dyn Server {
        match self {
            Self::Xero(xero) => xero.as_ref(),
            Self::Qbo(qbo) => qbo.as_ref(),
            Self::Myob(myob) => myob.as_ref(),
        }
    }

    fn server_mut(&mut self) -> &mut dyn Server {
        match self {
            Self::Xero(xero) => xero.as_mut(),
            Self::Qbo(qbo) => qbo.as_mut(),
            Self::Myob(myob) => myob.as_mut(),
        }
    }
}

impl Server for Emulated {
    fn handle(&mut self, request: Request<Bytes>, now: DateTime<Utc>) -> Outcome {
        self.server_mut().handle(request, now)
    }

    fn due_deliveries(&mut self, now: DateTime<Utc>) -> Vec<Delivery> {
        self.server_mut().due_deliveries(now)
    }

    fn delivered(&mut self, id: u64, answer: Option<DeliveryAnswer>, now: DateTime<Utc>) {
        self.server_mut().delivered(id, answer, now);
    }

    fn card(&self, base: &str) -> Value {
        self.server().card(base)
    }
}
