//! The platform's nouns as Python classes. One table for each: the field names of the core, with units.

mod charging_record;
mod command;
mod device;
mod energy;
mod site;

pub(crate) use charging_record::ChargingRecord;
pub(crate) use command::{CommandReceipt, CommandStatus, FlexibilityReceipt};
pub(crate) use device::{Connector, Device, KnownDevice};
pub(crate) use energy::{EnergyPoint, EnergySeries, EnergyTotal, join_energy};
pub(crate) use site::{Location, Site};

/// Makes a frozen class over a struct of the core: attributes, `to_dict`, `repr` with units, equality. `name from field`
/// gives a field another name, `extends` names a base class; what stands in braces after the table are further methods.
macro_rules! model {
    (@field $this:expr, $field:ident) => { &$this.$field };
    (@field $this:expr, $field:ident, $source:ident) => { &$this.$source };
    (
        $(#[$doc:meta])* $name:ident($core:ty) $(extends $base:ident)?
        { $($(#[$field_doc:meta])* $field:ident $(from $source:ident)? $($unit:literal)?,)* }
        $({ $($method:tt)* })?
    ) => {
        $(#[$doc])*
        #[pyo3::pyclass(frozen, module = "tellus" $(, extends = $base)?)]
        pub(crate) struct $name(pub(crate) $core);

        #[pyo3::pymethods]
        impl $name {
            $(
                $(#[$field_doc])*
                #[getter]
                fn $field<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                    $crate::convert::ToPython::to_python($crate::model::model!(@field self.0, $field $(, $source)?), py)
                }
            )*

            /// The same as a dict; models inside become dicts, too.
            fn to_dict<'py>(
                &self,
                py: pyo3::Python<'py>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::types::PyDict>> {
                use pyo3::types::PyDictMethods as _;
                let dict = pyo3::types::PyDict::new(py);
                $(dict.set_item(
                    pyo3::intern!(py, stringify!($field)),
                    $crate::convert::ToPython::to_plain($crate::model::model!(@field self.0, $field $(, $source)?), py)?,
                )?;)*
                Ok(dict)
            }

            fn __repr__(&self) -> String {
                $crate::convert::ToPython::show(&self.0, "")
            }

            fn __eq__(&self, other: &Self) -> bool {
                self.0 == other.0
            }

            $($($method)*)?
        }

        impl $crate::convert::ToPython for $core {
            fn to_python<'py>(
                &self,
                py: pyo3::Python<'py>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                $crate::convert::ToPython::into_python(self.clone(), py)
            }

            fn into_python(self, py: pyo3::Python<'_>) -> pyo3::PyResult<pyo3::Bound<'_, pyo3::PyAny>> {
                pyo3::IntoPyObject::into_pyobject($name(self), py).map(pyo3::Bound::into_any)
            }

            fn to_plain<'py>(
                &self,
                py: pyo3::Python<'py>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                $name(self.clone()).to_dict(py).map(pyo3::Bound::into_any)
            }

            fn show(&self, _: &str) -> String {
                let fields = [$(format!(
                    "{}={}",
                    stringify!($field),
                    $crate::convert::ToPython::show($crate::model::model!(@field self, $field $(, $source)?), concat!($($unit)?)),
                )),*];
                format!("{}({})", stringify!($name), fields.join(", "))
            }
        }
    };
}
pub(crate) use model;

/// The dict and the text of a struct of the core whose Python class is written by hand.
macro_rules! fields {
    ($core:ty as $name:literal { $($field:ident $($unit:literal)?),* $(,)? }) => {
        impl $crate::convert::ToPython for $core {
            fn to_python<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                self.to_plain(py)
            }

            fn to_plain<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                use pyo3::types::PyDictMethods as _;
                let dict = pyo3::types::PyDict::new(py);
                $(dict.set_item(
                    pyo3::intern!(py, stringify!($field)),
                    $crate::convert::ToPython::to_plain(&self.$field, py)?,
                )?;)*
                Ok(dict.into_any())
            }

            fn show(&self, _: &str) -> String {
                let fields = [$(format!(
                    "{}={}",
                    stringify!($field),
                    $crate::convert::ToPython::show(&self.$field, concat!($($unit)?)),
                )),*];
                format!("{}({})", $name, fields.join(", "))
            }
        }
    };
}
pub(crate) use fields;
