//! The control of a stream, however it delivers.

use std::collections::HashMap;

use tellus_core as core;

use crate::{error::TellusError, gaps::Gap, rows, stats::StreamStats};

/// What can be done to a stream while it runs. Everything returns at once. It does not keep the stream open.
#[derive(Debug, uniffi::Object)]
pub struct StreamControl(pub(crate) core::StreamControl);

#[uniffi::export]
impl StreamControl {
    /// Ends the stream. May be called more than once. Not called `close`, which the generated Kotlin has already.
    pub fn cancel(&self) -> Result<(), TellusError> {
        self.0.close();
        Ok(())
    }

    /// Whether it was ended, or its listener detached because it failed too often.
    pub fn is_cancelled(&self) -> Result<bool, TellusError> {
        Ok(self.0.is_closed())
    }

    /// Adds devices.
    pub fn add(&self, devices: Vec<String>) -> Result<(), TellusError> {
        Ok(self.0.add(devices)?)
    }

    /// Lets devices go; the stream ends with the last one.
    pub fn remove(&self, devices: Vec<String>) -> Result<(), TellusError> {
        self.0.remove(devices);
        Ok(())
    }

    /// Closes all connections until it is resumed.
    pub fn pause(&self) -> Result<(), TellusError> {
        self.0.pause();
        Ok(())
    }

    /// Opens all connections again.
    pub fn resume(&self) -> Result<(), TellusError> {
        self.0.resume();
        Ok(())
    }

    /// Tells that the network is another one: opens all connections anew.
    pub fn network_changed(&self) -> Result<(), TellusError> {
        self.0.network_changed();
        Ok(())
    }

    /// The devices, each once, in alphabetical order.
    pub fn devices(&self) -> Result<Vec<String>, TellusError> {
        Ok(self.0.devices())
    }

    /// How many connections there are, open or on the way to it.
    pub fn connections(&self) -> Result<u32, TellusError> {
        Ok(u32::try_from(self.0.connections()).unwrap_or(u32::MAX))
    }

    /// The newest reading of every connector, as a block of rows with all its texts.
    pub fn snapshot(&self) -> Result<Vec<u8>, TellusError> {
        Ok(rows::encode(&self.0.snapshot(), 0))
    }

    /// When which device was not observed, and why.
    pub fn gaps(&self) -> Result<Vec<Gap>, TellusError> {
        Ok(self.0.gaps())
    }

    /// How many frames of which device were dropped because the consumer was too slow.
    pub fn drops(&self) -> Result<HashMap<String, u64>, TellusError> {
        Ok(self.0.drops())
    }

    /// What the stream has counted so far.
    pub fn stats(&self) -> Result<StreamStats, TellusError> {
        Ok(self.0.stats().into())
    }
}
