//! What everything with rows has in common: the way into other libraries.

use pyo3::{
    intern,
    prelude::*,
    types::{PyDict, PyTuple},
};

/// Something with rows, which other libraries read through Arrow's C stream interface: `pyarrow.table(it)`,
/// `polars.DataFrame(it)`. Times are UTC in µs, ids and states are dictionaries, units stand in the fields' metadata.
#[pyclass(frozen, subclass, module = "tellus")]
pub(crate) struct Table;

/// Makes Python objects of classes that derive from [`Table`].
macro_rules! has_rows {
    ($($name:ident),*) => {$(
        impl<'py> pyo3::IntoPyObject<'py> for $name {
            type Target = Self;
            type Output = pyo3::Bound<'py, Self>;
            type Error = pyo3::PyErr;

            fn into_pyobject(self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, Self>> {
                pyo3::Bound::new(py, (self, $crate::table::Table))
            }
        }
    )*};
}
pub(crate) use has_rows;

/// `table` as what this function of `tellus._frames` makes of it.
fn convert<'py>(
    table: &Bound<'py, Table>,
    function: &str,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = table.py();
    let module = py.import(intern!(py, "tellus._frames"))?;
    module.getattr(function)?.call((table,), options)
}

#[pymethods]
impl Table {
    /// Takes whatever the classes that derive from it take.
    #[new]
    #[pyo3(signature = (*_arguments, **_options))]
    fn new(_arguments: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> Self {
        Self
    }

    /// A `pyarrow.Table`; shares its memory with the rows. With `plain`, without dictionaries and unsigned numbers,
    /// which Spark and some databases do not take.
    #[pyo3(signature = (*, plain=false))]
    fn to_arrow<'py>(slf: &Bound<'py, Self>, plain: bool) -> PyResult<Bound<'py, PyAny>> {
        let options = PyDict::new(slf.py());
        options.set_item("plain", plain)?;
        convert(slf, "to_arrow", Some(&options))
    }

    /// A `pandas.DataFrame`.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        convert(slf, "to_pandas", None)
    }

    /// A `polars.DataFrame`.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        convert(slf, "to_polars", None)
    }

    /// The first rows as a notebook shows them.
    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        convert(slf, "to_html", None)
    }
}
